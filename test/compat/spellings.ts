/** The ways in which bytes get written down. Base64 depends on what stands before, so there are three of it. */
const spellingsOf = (secret: string): string[] => {
  const bytes = Buffer.from(secret)
  const base64 = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const whole = Math.floor(((before + bytes.length) * 8) / 6)
    return text.slice(Math.ceil((before * 8) / 6), whole)
  })
  const hex = bytes.toString('hex')
  return [
    secret,
    secret.toLowerCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    hex,
    hex.toUpperCase(),
    encodeURIComponent(secret),
    hex.replace(/../g, '%$&'),
    hex.toUpperCase().replace(/../g, '%$&'),
    JSON.stringify(secret).slice(1, -1),
    secret.replace(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`),
  ]
}

/** Name → secret. */
export type Secrets = ReadonlyMap<string, string>

const known = new Map<string, Buffer[]>()
const spelled = (secret: string): Buffer[] => {
  const spellings = known.get(secret) ?? [...new Set(spellingsOf(secret))].map((text) => Buffer.from(text))
  known.set(secret, spellings)
  return spellings
}

type Sought = { readonly name: string; readonly spelling: Buffer }
const headBytes = 4
const slots = 2 ** 16
const slotOf = (head: number): number => Math.imul(head, 0x9e37_79b1) >>> 16

/**
 * The names of the secrets that stand in the text, in any spelling. Thousands of spellings are looked for in one walk over
 * the bytes: only where the first four are those of one is the rest compared.
 */
export const leaksIn = (text: string | Buffer, secrets: Secrets): string[] => {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  const found = new Set<string>()
  const byHead = new Map<number, Sought[]>()
  const mayBegin = new Uint8Array(slots)
  for (const [name, secret] of secrets) {
    for (const spelling of spelled(secret)) {
      if (spelling.length < headBytes) {
        if (bytes.includes(spelling)) found.add(name)
        continue
      }
      const head = spelling.readInt32BE()
      mayBegin[slotOf(head)] = 1
      const beside = byHead.get(head)
      if (beside) beside.push({ name, spelling })
      else byHead.set(head, [{ name, spelling }])
    }
  }
  for (let at = 0, head = 0; at < bytes.length; at++) {
    head = (head << 8) | (bytes[at] as number)
    const start = at - headBytes + 1
    if (start < 0 || mayBegin[slotOf(head)] === 0) continue
    for (const { name, spelling } of byHead.get(head) ?? [])
      if (spelling.equals(bytes.subarray(start, start + spelling.length))) found.add(name)
  }
  return [...secrets.keys()].filter((name) => found.has(name))
}
