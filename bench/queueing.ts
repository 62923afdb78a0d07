/**
 * One cell of a deployment, event by event: requests come at random, and their parts wait for an instance's thread, a core of the
 * database, its disk, and ABDM. Repeatable: the same seed gives the same day.
 */

/** What a request does, in order: asks the database without waiting for its disk, writes and waits for it, asks ABDM. */
export type Part = 'read' | 'write' | 'upstream'
export type Operation = {
  readonly name: string
  readonly parts: readonly Part[]
  readonly instanceMs: number
  readonly databaseMs: number
}
export type Cell = {
  readonly instances: number
  readonly databaseCores: number
  /** Until a commit is on disk. */
  readonly syncMs: number
  readonly roundTripMs: number
  readonly upstreamMedianMs: number
  readonly upstreamSigma: number
  /** Connections that one instance has to ABDM. */
  readonly upstreamMax: number
}
export type Outcome = {
  readonly instanceUse: number
  readonly databaseUse: number
  readonly poolUse: number
  /** Time in our hands: without ABDM's. */
  readonly p50Ms: number
  readonly p99Ms: number
  readonly inFlight: number
}

/** Mulberry32: small, quick, and the same everywhere. */
const randomFrom = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}

type Event = { readonly at: number; readonly then: () => void }

/** A binary heap: the next event first. */
const eventQueue = () => {
  const heap: Event[] = []
  const at = (index: number): number => heap[index]?.at ?? Number.POSITIVE_INFINITY
  const swap = (left: number, right: number): void => {
    const [one, other] = [heap[left], heap[right]]
    if (one && other) [heap[left], heap[right]] = [other, one]
  }
  return {
    push(event: Event): void {
      let index = heap.push(event) - 1
      for (let parent = (index - 1) >> 1; index > 0 && at(parent) > event.at; parent = (index - 1) >> 1) {
        swap(index, parent)
        index = parent
      }
    },
    pop(): Event | undefined {
      const first = heap[0]
      const last = heap.pop()
      if (!last || heap.length === 0) return first
      heap[0] = last
      for (let index = 0; ; ) {
        const [left, right] = [2 * index + 1, 2 * index + 2]
        const least = at(right) < at(left) ? right : left
        if (at(least) >= last.at) return first
        swap(index, least)
        index = least
      }
    },
  }
}

/** Requests of each operation a second, for so many of them in all. */
export const simulate = (
  cell: Cell,
  rates: readonly { readonly operation: Operation; readonly perSecond: number }[],
  requests: number,
  seed = 1,
): Outcome => {
  const random = randomFrom(seed)
  const exponential = (mean: number): number => -mean * Math.log(1 - random())
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const events = eventQueue()
  let now = 0
  const after = (ms: number, then: () => void): void => events.push({ at: now + ms, then })

  /** Several servers behind one queue, first come first served. */
  const station = (servers: number) => {
    const waiting: { ms: number; then: () => void }[] = []
    let head = 0
    let busy = 0
    let busyMs = 0
    const begin = (ms: number, then: () => void): void => {
      busy++
      busyMs += ms
      after(ms, () => {
        busy--
        const next = waiting[head]
        if (next) {
          head++
          if (head > 4096) waiting.splice(0, head)
          if (head > 4096) head = 0
          begin(next.ms, next.then)
        }
        then()
      })
    }
    return {
      serve: (ms: number, then: () => void): void => {
        if (busy < servers) begin(ms, then)
        else waiting.push({ ms, then })
      },
      use: (totalMs: number) => busyMs / totalMs / servers,
    }
  }

  const instances = Array.from({ length: cell.instances }, () => ({
    thread: station(1),
    pool: station(cell.upstreamMax),
    open: 0,
  }))
  const database = station(cell.databaseCores)
  const took: number[] = []
  let openMs = 0

  const request = ({ parts, instanceMs, databaseMs }: Operation): void => {
    const startedAt = now
    // As a balancer does that counts open requests.
    const instance = instances.reduce((least, one) => (one.open < least.open ? one : least))
    instance.open++
    let elsewhereMs = 0
    const asked = parts.filter((part) => part !== 'upstream').length
    const piece = (then: () => void) => instance.thread.serve(exponential(instanceMs / (parts.length + 1)), then)
    const go = (index: number): void =>
      piece(() => {
        const part = parts[index]
        if (part === undefined) {
          instance.open--
          openMs += now - startedAt
          took.push(now - startedAt - elsewhereMs)
        } else if (part === 'upstream') {
          const ms = cell.upstreamMedianMs * Math.exp(cell.upstreamSigma * normal())
          elsewhereMs += ms
          instance.pool.serve(ms, () => go(index + 1))
        } else
          after(cell.roundTripMs, () =>
            database.serve(exponential(databaseMs / asked), () => {
              // A group of commits is under way already; the next one takes this along.
              const diskMs = part === 'write' ? cell.syncMs * (1 + random()) : 0
              after(diskMs, () => go(index + 1))
            }),
          )
      })
    go(0)
  }

  const total = rates.reduce((sum, { perSecond }) => sum + perSecond, 0)
  let left = requests
  const arrive = (): void => {
    let pick = random() * total
    const chosen = rates.find(({ perSecond }) => {
      pick -= perSecond
      return pick < 0
    })
    if (chosen) request(chosen.operation)
    if (--left > 0) after(exponential(1000 / total), arrive)
  }
  arrive()
  let lastArrivalAt = 0
  for (let event = events.pop(); event; event = events.pop()) {
    now = event.at
    if (left > 0) lastArrivalAt = now
    event.then()
  }
  took.sort((left, right) => left - right)
  const quantile = (share: number): number => took[Math.floor(took.length * share)] ?? Number.NaN
  return {
    instanceUse: instances.reduce((sum, { thread }) => sum + thread.use(lastArrivalAt), 0) / instances.length,
    databaseUse: database.use(lastArrivalAt),
    poolUse: instances.reduce((sum, { pool }) => sum + pool.use(lastArrivalAt), 0) / instances.length,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    inFlight: openMs / lastArrivalAt,
  }
}
