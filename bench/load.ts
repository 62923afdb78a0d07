import { type Answer, Connection, requestText } from './connection.ts'

/** The load generator, a process of its own: `run.ts` sends it a job, it answers with what it counted. */

export type Job = {
  readonly kind: 'init' | 'journey'
  readonly port: number
  readonly token: string
  readonly seconds: number
  readonly connections: number
  /** The first mobile's number below its leading digit; each request or journey takes the next one. */
  readonly from: number
  /** Undefined: the OTP is read from the sandbox's inbox. */
  readonly fixedOtp: string | undefined
}

export type Counted = {
  readonly done: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** Median of each step by its name. */
  readonly stepsMs: { readonly [step: string]: number }
  /** What went wrong and how often; a failed request or journey is not in `done`. */
  readonly errors: { readonly [what: string]: number }
  /** Where the next job goes on. */
  readonly next: number
  /** Share of one core that the generator itself used. */
  readonly generatorCpu: number
}

const base = '/abdm/na/v1/registration/mobile'

const profile = {
  first_name: 'Asha',
  last_name: 'Rao',
  gender: 'F',
  year_of_birth: 1990,
  month_of_birth: 4,
  day_of_birth: 9,
  pincode: '834001',
}

class Failed extends Error {}

type Took = { readonly [step: string]: number[] }
const stepsTook = (): Took => ({ init: [], verify: [], 'create-phr': [] })

/** Steps share a connection and a token; each answer must be 200. */
const stepsOf = (connection: Connection, { port, token }: Job, took: Took) => {
  const checked = (name: string, { status, body }: Answer): string => {
    if (status !== 200) throw new Failed(`${name}: ${status} ${body.slice(0, 160)}`)
    return body
  }
  return {
    post: async (name: string, body: unknown): Promise<string> => {
      const begunAt = performance.now()
      const request = requestText({ port, method: 'POST', path: `${base}/${name}`, token, body })
      const answer = checked(name, await connection.send(request))
      took[name]?.push(performance.now() - begunAt)
      return answer
    },
    get: async (name: string, path: string): Promise<string> =>
      checked(name, await connection.send(requestText({ port, method: 'GET', path }))),
  }
}

const textIn = (body: string, name: string): string => new RegExp(`"${name}":"([^"]+)"`).exec(body)?.[1] ?? `no ${name}`

const digits = (number: number): string => String(number % 1_000_000_000).padStart(9, '0')

const init = async (connection: Connection, job: Job, number: number, took: Took): Promise<void> => {
  await stepsOf(connection, job, took).post('init', { mobile_number: `6${digits(number)}` })
}

const journey = async (connection: Connection, job: Job, number: number, stepTook: Took): Promise<void> => {
  const { post, get } = stepsOf(connection, job, stepTook)
  const mobile = `7${digits(number)}`
  const txn_id = textIn(await post('init', { mobile_number: mobile }), 'txn_id')
  const otp = job.fixedOtp ?? textIn(await get('inbox', `/sandbox/v1/messages?to=${mobile}&limit=1`), 'otp')
  await post('verify', { txn_id, otp })
  await post('create-phr', { txn_id, abha_address: `bench.${digits(number)}`, profile })
}

const run = async (job: Job): Promise<Counted> => {
  const one = job.kind === 'init' ? init : journey
  const took: number[] = []
  const stepTook = stepsTook()
  const errors: { [what: string]: number } = {}
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  const endsAt = startedAt + job.seconds * 1000
  let next = job.from

  const worker = async (): Promise<void> => {
    let connection = await Connection.open(job.port)
    for (;;) {
      const begunAt = performance.now()
      if (begunAt >= endsAt) break
      try {
        await one(connection, job, next++, stepTook)
        took.push(performance.now() - begunAt)
      } catch (thrown) {
        const what = (thrown as Error).message
        errors[what] = (errors[what] ?? 0) + 1
        if (!(thrown instanceof Failed)) connection = await Connection.open(job.port)
      }
    }
    connection.close()
  }
  await Promise.all(Array.from({ length: job.connections }, worker))

  const elapsedMs = performance.now() - startedAt
  const cpu = process.cpuUsage(cpuBefore)
  took.sort((left, right) => left - right)
  const quantile = (share: number, of = took): number => of[Math.min(of.length - 1, Math.floor(of.length * share))] ?? 0
  const medians = Object.entries(stepTook).map(([step, times]) => [
    step,
    quantile(
      0.5,
      times.sort((left, right) => left - right),
    ),
  ])
  return {
    done: took.length,
    perSecond: (took.length * 1000) / elapsedMs,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    maxMs: took.at(-1) ?? 0,
    stepsMs: Object.fromEntries(medians),
    errors,
    next,
    generatorCpu: (cpu.user + cpu.system) / 1000 / elapsedMs,
  }
}

process.on('message', (job: Job) => {
  run(job).then(
    (counted) => process.send?.(counted),
    (thrown: Error) => process.send?.({ failed: thrown.message }),
  )
})
