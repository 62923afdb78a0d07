import { keyedHash } from '../ids.ts'
import { sealOf } from './cassette.ts'

/**
 * Synthetic values in the place of real ones: the same real value gives the same synthetic one, of the same form.
 * A keyed hash makes them, so nothing that leads back is kept. What to look for in free words is remembered for a while; what was
 * forgotten, or met before a restart, is no word of ABDM's and is masked there.
 */

const rememberedMax = 5_000
/** Shorter values are found in too many words that have nothing to do with them. */
const rememberedLengthMin = 3
/** Longer ones stand in no message. */
const rememberedLengthMax = 2_000
const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const mobileForm = /^(\+?91[ -]?|0)?[1-9]\d{9}$/
const genders = ['M', 'F', 'O']
const photo = Buffer.from('synthetic photo').toString('base64')

const consonants = 'bdgklmnprstv'
const vowels = 'aeiou'

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

export type Synthetic = ReturnType<typeof createSynthetic>

export const createSynthetic = (key: Buffer) => {
  const hash = keyedHash(key)
  const remembered = new Map<string, string>()

  const bigOf = (kind: string, text: string): bigint =>
    BigInt(`0x${Buffer.from(hash(`${kind} ${text}`), 'base64url').toString('hex')}`)
  const below = (kind: string, text: string, bound: number): number => Number(bigOf(kind, text) % BigInt(bound))
  const uuid = (text: string): string => {
    const hex = bigOf('uuid', text.toLowerCase()).toString(16).padStart(64, '0')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
  }
  /** The next one or the one after, so that two stay two. */
  const gender = (real: string): string =>
    genders[(genders.indexOf(real) + 1 + below('gender', '', genders.length - 1)) % genders.length] ?? 'O'
  const serial = (kind: string, text: string): string => String(below(kind, text, 1_000_000_000_000))

  /** Another number in the same layout: separators, length and a first digit that is not zero stay. */
  const digits = (kind: string, real: string): string => {
    const bare = real.replace(/\P{N}/gu, '')
    const length = [...bare].length
    let made = String(bigOf(kind, bare)).slice(-length).padStart(length, '7')
    if (kind === 'mobile') made = `9${made.slice(1)}`
    else if (!bare.startsWith('0')) made = made.replace(/^0/, '4')
    if (made === bare) made = made.slice(0, -1) + ((Number(made.at(-1)) + 1) % 10)
    let at = 0
    return real.replace(/\p{N}/gu, () => made[at++] ?? '0')
  }

  const word = (real: string): string => {
    if (/^x+$/i.test(real)) return real
    const normal = real.normalize('NFC').toLowerCase()
    let rest = bigOf('word', normal)
    const draw = (letters: string): string => {
      const letter = letters[Number(rest % BigInt(letters.length))] ?? 'a'
      rest /= BigInt(letters.length)
      return letter
    }
    let made = ''
    for (let count = 0; count < 4; count++) made += draw(consonants) + draw(vowels)
    if ([...real].length === 1) made = made.slice(0, 1)
    if (made === normal) made = made === 'b' ? 'd' : `b${made.slice(1)}`
    return real.length > 1 && real === real.toUpperCase() && real !== real.toLowerCase()
      ? made.toUpperCase()
      : made.slice(0, 1).toUpperCase() + made.slice(1)
  }

  const words = (real: string, isName: boolean): string =>
    real.replace(/[\p{L}\p{M}]+|\p{N}+/gu, (run) => {
      const made = /^\p{N}/u.test(run) ? digits('number', run) : word(run)
      if (isName) remember(run, made)
      return made
    })

  const datePart = (real: string, kind: 'year' | 'month' | 'day'): string => {
    const number = Number(real)
    const [first, count] = kind === 'year' ? [1930, 70] : kind === 'month' ? [1, 12] : [1, 28]
    // No month and no day at all: it stays none.
    if (kind !== 'year' && (number < 1 || number > (kind === 'month' ? 12 : 31)))
      return String(90 + below(kind, real, 9))
    let made = first + below(kind, String(number), count)
    if (made === number) made = made === first ? first + 1 : made - 1
    return String(made).padStart(real.length, '0')
  }

  const date = (real: string, parts: RegExpExecArray): string => {
    const [, first = '', mark = '', middle = '', last = ''] = parts
    const [year, day] = first.length === 4 ? [first, last] : [last, first]
    if (year.length !== 4) return digits('date', real)
    const made = [datePart(year, 'year'), datePart(middle, 'month'), datePart(day, 'day')]
    return (first.length === 4 ? made : made.reverse()).join(mark)
  }

  /** The part of an ABHA address before its domain. */
  const local = (real: string): string => {
    const bare = real.replace(/-/g, '')
    if (/^\d{10}$/.test(bare)) return digits('mobile', real)
    if (/^\d{14}$/.test(bare)) return digits('abha number', real)
    const number = serial('address', real.toLowerCase()).padStart(12, '0')
    if (real.length < 8) return `s${number}`.slice(0, real.length)
    return `synth.${number.slice(4)}${'0'.repeat(Math.max(0, real.length - 18))}`
  }

  const made = (name: string, real: string): string => {
    if (/token$|^authorization$/i.test(name) || /^eyJ[\w-]+\./.test(real))
      return `synthetic-token-${serial('token', real)}`
    if (/secret|password/i.test(name)) return `synthetic-secret-${serial('secret', real)}`
    if (/photo/i.test(name)) return photo
    if (/^clientId$/i.test(name)) return 'synthetic-client'
    if (uuidForm.test(real)) return uuid(real)
    if (/^gender$/i.test(name) && genders.includes(real)) return gender(real)
    const [, before, domain] = /^(.+)@([^@]*)$/s.exec(real) ?? []
    if (before !== undefined && domain !== undefined) {
      return domain.includes('.')
        ? `synthetic.${serial('email', real.toLowerCase())}@example.com`
        : `${local(before)}@${/^(sbx|abdm)$/.test(domain) ? domain : 'masked'}`
    }
    if (/^\d{1,4}$/.test(real) && /year/i.test(name)) return datePart(real, 'year')
    if (/^\d{1,2}$/.test(real) && /month/i.test(name)) return datePart(real, 'month')
    if (/^\d{1,2}$/.test(real) && /day/i.test(name)) return datePart(real, 'day')
    const parts = /^(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})$/.exec(real)
    if (parts) return date(real, parts)
    const [, prefix = '', mobile] =
      /^(\+?91[ -]?|0)?([1-9]\d{9})$/.exec(real.length === 12 && !/mobile/i.test(name) ? '' : real) ?? []
    if (mobile) return prefix + digits('mobile', mobile)
    if (/^[\d -]+$/.test(real)) return digits(real.replace(/\D/g, '').length === 14 ? 'abha number' : 'number', real)
    if (/(abha|phr|preferred)\w*address/i.test(name)) return local(real)
    return words(real, /name/i.test(name))
  }

  const remember = (real: string, synthetic: string): void => {
    const text = real.trim().toLowerCase()
    if (text.length < rememberedLengthMin || text.length > rememberedLengthMax) return
    const [oldest] = remembered.keys()
    if (remembered.size >= rememberedMax && oldest !== undefined) remembered.delete(oldest)
    remembered.delete(text)
    remembered.set(text, synthetic)
  }

  /** The value that stands for a real one; `name` is the field's. */
  const text = (name: string, real: string): string => {
    if (real.trim() === '') return real
    const synthetic = made(name, real)
    remember(real, synthetic)
    return synthetic
  }

  return {
    text,
    value: (name: string, real: string | number): string | number =>
      typeof real === 'string' ? text(name, real) : Number(text(name, String(real))) || 0,
    sealed: (ciphertext: string): string =>
      ciphertext === '' ? '' : `sealed-${sealOf(ciphertext)}-${serial('sealed', ciphertext)}`,

    /** The last digits of a number, as a message shows them: of the mobile that was met last with this end, or of nobody's. */
    ending(end: string): string {
      const known = [...remembered].findLast(([real]) => mobileForm.test(real) && real.endsWith(end))
      return known ? known[1].slice(-end.length) : digits('ending', end)
    },

    /** Stands for a name of a field that nobody knows. */
    fieldName: (real: string): string => `unknown-${serial('field', real)}`,

    /** Free words with the values that were met replaced; `rest` is told of what lies between. */
    replaced(given: string, rest: (between: string) => string = (between) => between): string {
      const lower = given.toLowerCase()
      const found = [...remembered.keys()].filter((real) => lower.includes(real))
      if (found.length === 0) return rest(given)
      // The longest first: a name may be a part of another. Behind a mask stand the last digits of a number.
      const any = found.sort((left, right) => right.length - left.length).map(escaped)
      return given
        .split(new RegExp(`(?<![\\p{L}\\p{M}\\p{N}*])(${any.join('|')})(?![\\p{L}\\p{M}\\p{N}])`, 'giu'))
        .map((part, at) => (at % 2 === 1 ? (remembered.get(part.toLowerCase()) ?? 'masked') : rest(part)))
        .join('')
    },
  }
}
