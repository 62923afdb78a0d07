/** One setting at a time, as text, secret, number or yes and no; what is wrong with it is added to the problems. */

export type Environment = Readonly<Record<string, string | undefined>>

export const settingsIn = (env: Environment, readFile: (path: string) => string, problems: string[]) => {
  const value = (name: string): string | undefined => env[name]?.trim() || undefined
  const secret = (name: string): string | undefined => {
    const file = value(`${name}_FILE`)
    if (!file) return value(name)
    if (value(name)) problems.push(`${name} and ${name}_FILE are both set: keep one.`)
    try {
      const text = readFile(file).trim()
      if (!text) problems.push(`${name}_FILE names ${file}, which is empty.`)
      return text || undefined
    } catch {
      problems.push(`${name}_FILE names ${file}, which cannot be read.`)
      return undefined
    }
  }
  const count = (name: string, fallback: number, min = 0, max = 1_000_000_000): number => {
    const given = value(name)
    if (given === undefined) return fallback
    const number = /^\d+$/.test(given) ? Number(given) : Number.NaN
    if (number >= min && number <= max) return number
    problems.push(`${name} must be a whole number from ${min} to ${max}.`)
    return fallback
  }
  const flag = (name: string, fallback: boolean): boolean => {
    const given = value(name)?.toLowerCase()
    if (given === undefined) return fallback
    if (['1', 'true', 'yes', 'on'].includes(given)) return true
    if (['0', 'false', 'no', 'off'].includes(given)) return false
    problems.push(`${name} must be true or false.`)
    return fallback
  }
  return { value, secret, count, flag }
}
