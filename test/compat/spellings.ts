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

const known = new Map<string, string[]>()
const spelled = (secret: string): string[] => {
  const spellings = known.get(secret) ?? [...new Set(spellingsOf(secret))]
  known.set(secret, spellings)
  return spellings
}

/** The names of the secrets that stand in the text, in any spelling. */
export const leaksIn = (text: string | Buffer, secrets: Secrets): string[] =>
  [...secrets].flatMap(([name, secret]) => (spelled(secret).some((spelling) => text.includes(spelling)) ? [name] : []))
