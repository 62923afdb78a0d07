import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** One exchange with ABDM as it lies in a file: nothing in it is anybody's. */
export type Cassette = {
  readonly operation: string
  readonly method: string
  /** Below the service's base. */
  readonly path: string
  readonly query?: unknown
  readonly requestHeaders: Readonly<Record<string, string>>
  readonly requestBody?: unknown
  /** Null: no answer came. */
  readonly status: number | null
  readonly responseHeaders: Readonly<Record<string, string>>
  readonly responseForm: 'json' | 'png' | 'text' | 'empty'
  readonly responseBody?: unknown
}

export type Filed = { readonly file: string; readonly cassette: Cassette }

/** What tells of a ciphertext which key made it, without the ciphertext: its bits, or that it can be none. */
const ciphertextBytes = new Map<number, '2048' | '4096'>([
  [256, '2048'],
  [512, '4096'],
])
export const sealOf = (text: string): '2048' | '4096' | 'wrong' | 'text' =>
  !/^[A-Za-z0-9+/]+={0,2}$/.test(text) ? 'text' : (ciphertextBytes.get(Buffer.from(text, 'base64').length) ?? 'wrong')

/** Undefined in cassettes of before, which do not say. */
export const sealIn = (synthetic: string): 2048 | 4096 | 'wrong' | 'text' | undefined => {
  const [, seal] = /^sealed-(2048|4096|wrong|text)-\d+$/.exec(synthetic) ?? []
  if (seal === 'wrong' || seal === 'text') return seal
  return seal === '2048' ? 2048 : seal === '4096' ? 4096 : undefined
}

const statuses = /^[1-5]\d\d$/

export const fileForm = /^(\d{6,})-[\w.]+\.json$/

export const numberOf = (file: string): number => Number(fileForm.exec(file)?.[1] ?? 0)

export const nameOf = (number: number, operation: string): string =>
  `${String(number).padStart(6, '0')}-${operation}.json`

/** As far as serving and comparing rely on it. */
const cassetteOf = (text: string): Cassette => {
  const value = JSON.parse(text) as Partial<Cassette> | null
  const isHeaders = (headers: unknown): boolean =>
    typeof headers === 'object' && headers !== null && Object.values(headers).every((one) => typeof one === 'string')
  const isOne =
    [value?.operation, value?.method, value?.path].every((one) => typeof one === 'string') &&
    (value?.status === null || (typeof value?.status === 'number' && statuses.test(String(value.status)))) &&
    [value?.requestHeaders, value?.responseHeaders].every(isHeaders) &&
    ['json', 'png', 'text', 'empty'].includes(value?.responseForm ?? '')
  if (!isOne) throw new Error('it has not the form')
  return value as Cassette
}

const howToRecord = 'Name the folder that ABDM_RECORD named when they were recorded.'

/** In recorded order. */
export const readCassettes = async (folder: string): Promise<Filed[]> => {
  const entries = await readdir(folder).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') throw new Error(`There is no folder ${folder}. ${howToRecord}`)
    if (thrown.code === 'ENOTDIR') throw new Error(`${folder} is no folder. Name the one that holds the cassettes.`)
    throw new Error(`The folder ${folder} cannot be read: ${thrown.message}`)
  })
  const files = entries.filter((file) => fileForm.test(file))
  // Two processes may have given a number at the same moment.
  files.sort((left, right) => numberOf(left) - numberOf(right) || (left < right ? -1 : 1))
  if (files.length === 0) throw new Error(`${folder} holds no cassettes. ${howToRecord}`)
  return Promise.all(
    files.map(async (file) => {
      try {
        return { file, cassette: cassetteOf(await readFile(join(folder, file), 'utf8')) }
      } catch {
        throw new Error(`${join(folder, file)} is no cassette. Take it out of the folder, or record it anew.`)
      }
    }),
  )
}
