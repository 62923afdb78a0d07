import { bytesOf, type Dice, type Draft } from './requests.ts'

/** Ways to spoil a request. Each may plant the canary, a secret that no reply may repeat. */

type Mutation = (draft: Draft, dice: Dice, canary: string) => void

/** Every place in a body that holds a value. */
type Place = { readonly holder: Record<string, unknown> | unknown[]; readonly key: string | number }
const placesIn = (value: unknown): Place[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.keys(value).flatMap((key) => {
        const holder = value as Record<string, unknown>
        return [{ holder, key }, ...placesIn(holder[key])]
      })
const at = ({ holder, key }: Place): unknown => (holder as Record<string, unknown>)[key]
const put = ({ holder, key }: Place, value: unknown): void => {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true })
}
const somewhere = (draft: Draft, dice: Dice, change: (place: Place) => void): void => {
  const places = placesIn(draft.body)
  if (places.length > 0) change(dice.pick(places))
  else draft.body = { invented: 'value' }
}

const nested = (depth: number): unknown => {
  let value: unknown = 'deep'
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { value }
  return value
}

const methods = 'GET POST PUT PATCH DELETE HEAD OPTIONS TRACE PROPFIND LOCK SEARCH'.split(' ')
const strange = [
  '\u200b',
  '\u202e',
  '\u0301',
  '\ufeff',
  '\u0000',
  '\u001b[31m',
  '😀',
  '٣',
  '３',
  'ａ',
  '\ud800',
  "' OR 1=1 --",
  '<script>',
  '../',
  '{{7*7}}',
  '%s%n',
  '\r\n',
]

const methodMutations: Mutation[] = [
  (draft, dice) => {
    draft.method = dice.pick(methods)
  },
]

const pathMutations: Mutation[] = [
  (draft) => {
    draft.path += '/'
  },
  (draft) => {
    draft.path = draft.path.replace('/', '//')
  },
  (draft) => {
    draft.path = draft.path.toUpperCase()
  },
  (draft, _, canary) => {
    draft.path += `/${canary}`
  },
  (draft, _, canary) => {
    draft.path = draft.path.replace(/[^/]+$/, canary)
  },
  (draft, dice) => {
    const characters = [...draft.path]
    const place = 1 + dice.below(characters.length - 1)
    characters[place] = `%${(characters[place] ?? 'x').charCodeAt(0).toString(16)}`
    draft.path = characters.join('')
  },
  (draft, dice) => {
    draft.path = draft.path.replace(
      /[^/]+$/,
      dice.pick('%00 %zz %c0%af % ..%2f..%2fetc%2fpasswd %E0%A5%A8 %20834001%20 ;a=b * :id {pincode}'.split(' ')),
    )
  },
  (draft, dice) => {
    draft.path = draft.path.replace(/[^/]+$/, 'x'.repeat(dice.pick([300, 3_000])))
  },
  (draft, dice, canary) => {
    const name = dice.pick([
      'oid',
      'fn',
      'dob',
      'transactionId',
      'limit',
      'to',
      'txn_id',
      '__proto__',
      'constructor',
      'oid[]',
      'a'.repeat(500),
    ])
    draft.query.push([name, dice.pick([canary, '', 'x'.repeat(2_000), '\ud800', '-1', '1e9', 'null', '[]'])])
  },
  (draft) => {
    draft.query.push(...draft.query.map(([name, value]): [string, string] => [name, value]))
  },
  (draft, dice) => {
    if (draft.query.length > 0) draft.query.splice(dice.below(draft.query.length), 1)
  },
]

const headerMutations: Mutation[] = [
  (draft) => {
    delete draft.headers.authorization
  },
  (draft, dice, canary) => {
    draft.headers.authorization = dice.pick([
      canary,
      `Bearer ${canary}`,
      `Basic ${canary}`,
      'Bearer',
      'Bearer ',
      'Bearer a b',
      `bearer ${'x'.repeat(5_000)}`,
      'Bearer eyJhbGciOiJub25lIn0.eyJ0eXAiOiJhY2Nlc3MifQ.',
      `Bearer ${canary}.${canary}.${canary}`,
    ])
  },
  (draft, dice) => {
    const token = draft.headers.authorization
    if (token) draft.headers.authorization = token.slice(0, -1 - dice.below(40))
  },
  (draft, _, canary) => {
    delete draft.headers.authorization
    draft.headers.auth = canary
  },
  (draft, dice, canary) => {
    const name = dice.pick(
      'x-pt-id x-partner-pt-id x-hip-id client-id user-agent cookie x-forwarded-for x-request-id origin if-none-match accept-encoding x-http-method-override forwarded referer'.split(
        ' ',
      ),
    )
    draft.headers[name] = dice.pick([
      canary,
      '',
      ' ',
      'x'.repeat(129),
      'x'.repeat(6_000),
      '\t',
      'é',
      '__proto__',
      'null',
      `${canary}, ${canary}`,
    ])
  },
  (draft, dice) => {
    draft.headers['content-type'] = dice.pick([
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/json; charset=utf-16',
      'application/merge-patch+json',
      'json',
      '',
      ';',
      'application/json, application/json',
    ])
  },
  (draft, dice) => {
    draft.headers['content-encoding'] = dice.pick(['gzip', 'br', 'identity', 'nonsense'])
  },
  (draft) => {
    draft.headers['content-type'] = 'application/json'
    draft.body = undefined
  },
]

const structureMutations: Mutation[] = [
  (draft, dice) =>
    somewhere(draft, dice, ({ holder, key }) => {
      if (Array.isArray(holder)) holder.splice(Number(key), 1)
      else delete holder[key]
    }),
  (draft, dice) => somewhere(draft, dice, (place) => put(place, null)),
  (draft, dice) => somewhere(draft, dice, (place) => put(place, '')),
  (draft, dice) => somewhere(draft, dice, (place) => put(place, [at(place)])),
  (draft, dice) => somewhere(draft, dice, (place) => put(place, { value: at(place) })),
  (draft, dice) =>
    somewhere(draft, dice, (place) => {
      const other = dice.pick(placesIn(draft.body))
      const kept = at(place)
      put(place, at(other))
      put(other, kept)
    }),
  (draft, dice, canary) => {
    draft.body = {
      ...(draft.body as object),
      [dice.pick(['api_key', 'constructor', 'toString', canary, '', '$where'])]: canary,
    }
  },
  (draft) => {
    draft.raw = JSON.stringify(draft.body ?? {})
      .replace(/^\{/, '{"__proto__":{"otp":"123456","mobile_number":"9876543210"},')
      .replace(',}', '}')
  },
  (draft) => {
    const text = JSON.stringify(draft.body ?? {})
    draft.raw = text.length > 2 ? `${text.slice(0, -1)},${text.slice(1)}` : text
  },
  (draft, dice, canary) => {
    draft.body = dice.pick<unknown>([[], {}, null, true, 0, canary, [draft.body], [[]], [canary]])
  },
]

const typeMutations: Mutation[] = [
  (draft, dice, canary) =>
    somewhere(draft, dice, (place) =>
      put(
        place,
        dice.pick<unknown>([
          0,
          -1,
          1.5,
          1e308,
          2 ** 53,
          true,
          false,
          [],
          {},
          [[]],
          { canary },
          [canary],
          nested(50),
          nested(2_000),
        ]),
      ),
    ),
  (draft, dice) =>
    somewhere(draft, dice, (place) => {
      const value = at(place)
      put(place, typeof value === 'number' ? String(value) : typeof value === 'string' ? Number(value) : 'text')
    }),
  (draft, dice) => {
    draft.raw = JSON.stringify(draft.body ?? {}).replace(
      /"[^"]*"(?=[,}])/,
      dice.pick('1e400 -0 0x10 01 NaN undefined 1_000'.split(' ')),
    )
  },
]

const textMutations: Mutation[] = [
  (draft, _dice, canary) => somewhere(draft, _dice, (place) => put(place, canary)),
  (draft, dice) =>
    somewhere(draft, dice, (place) => {
      const value = at(place)
      if (typeof value !== 'string') return
      const start = dice.below(value.length + 1)
      put(place, value.slice(0, start) + dice.pick(strange) + value.slice(start))
    }),
  (draft, dice) =>
    somewhere(draft, dice, (place) => {
      const value = at(place)
      const zero = dice.pick([0x966, 0xff10, 0x660, 0x1d7ce])
      if (typeof value === 'string')
        put(
          place,
          value.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit))),
        )
    }),
  (draft, dice) =>
    somewhere(draft, dice, (place) => {
      const value = at(place)
      if (typeof value === 'string')
        put(
          place,
          dice.pick([
            value.normalize('NFD'),
            value.toUpperCase(),
            ` ${value} `,
            [...value].join('\u200b'),
            value + value,
          ]),
        )
    }),
]

const sizeMutations: Mutation[] = [
  (draft, dice, canary) => somewhere(draft, dice, (place) => put(place, canary.repeat(dice.pick([5, 20, 200, 3_000])))),
  (draft, dice) => somewhere(draft, dice, (place) => put(place, Array(dice.pick([101, 5_000])).fill('x'))),
  (draft, dice) => {
    draft.body = { ...(draft.body as object), padding: 'x'.repeat(dice.pick([65_536, 70_000, 300_000])) }
  },
  (draft) => {
    draft.raw = JSON.stringify(draft.body ?? {}).padEnd(65_537, ' ')
  },
  (draft) => {
    draft.raw = JSON.stringify(draft.body ?? {}).padEnd(65_536, ' ')
  },
  (draft) => {
    draft.raw = `${'['.repeat(30_000)}${']'.repeat(30_000)}`
  },
  (draft) => {
    draft.body = Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`name${index}`, index]))
  },
]

const bytes = (draft: Draft): Buffer => Buffer.from(bytesOf(draft) ?? '{}')
const brokenMutations: Mutation[] = [
  (draft, dice) => {
    const whole = bytes(draft)
    draft.raw = whole.subarray(0, dice.below(whole.length))
  },
  (draft, dice, canary) => {
    draft.raw = Buffer.concat([bytes(draft), Buffer.from(dice.pick([',', '}', canary, '\u0000', '{}', '//']))])
  },
  (draft, _, canary) => {
    draft.raw = `{"${canary}": ${canary}}`
  },
  (draft) => {
    draft.raw = bytes(draft).toString().replaceAll('"', "'")
  },
  (draft, dice) => {
    const broken = bytes(draft)
    for (let count = 0; count < 3; count++) broken[dice.below(broken.length)] = dice.below(256)
    draft.raw = broken
  },
  (draft, dice) => {
    draft.raw = dice.pick([
      ' ',
      '\ufeff{}',
      '"',
      '\\',
      '{',
      '[1,2',
      'nul',
      Buffer.from([0xff, 0xfe, 0x00]),
      Buffer.from([0xc3, 0x28]),
      'a=b&c=d',
      '<xml/>',
    ])
  },
]

const kinds: readonly (readonly Mutation[])[] = [
  methodMutations,
  pathMutations,
  headerMutations,
  structureMutations,
  structureMutations,
  typeMutations,
  textMutations,
  textMutations,
  sizeMutations,
  brokenMutations,
]

export const spoil = (draft: Draft, dice: Dice, canary: string): void => {
  const times = 1 + (dice.chance(0.25) ? 1 : 0) + (dice.chance(0.1) ? 1 : 0)
  for (let time = 0; time < times; time++) dice.pick(dice.pick(kinds))(draft, dice, canary)
}
