import { twoDigits } from '../../clock.ts'

/** Free ABHA addresses for a name (abdm-v3 §20 no. 7): the same ten for the same person in the same world. */

export type Wish = {
  readonly firstName: string
  readonly lastName: string
  readonly day: string
  readonly month: string
  readonly year: string
}

const lengthMin = 8
const lengthMax = 18

/** Latin letters of a name without their accents. A name in another script leaves nothing. */
const letters = (name: string): string =>
  name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z]/g, '')

function* candidates({ firstName, lastName, day, month, year }: Wish): Generator<string> {
  const first = letters(firstName).slice(0, 8) || 'abha'
  const last = letters(lastName).slice(0, 7)
  const [dd, mm, yy] = [twoDigits(day), twoDigits(month), year.slice(2)]
  const endings = [year, yy, ...(day && month ? [dd + mm, mm + yy, dd + yy] : []), `${yy}1`, `${year}1`]
  const bases = last
    ? [`${first}.${last}`, `${first}${last}`, `${first}_${last}`, `${last}.${first}`]
    : [first, `${first}.own`]
  for (const ending of endings) for (const base of bases) yield base + ending
  for (let number = 1; ; number++) yield `${first}.${year}${number}`
}

export const suggestionCount = 10

export const suggest = async (wish: Wish, isTaken: (local: string) => Promise<boolean>): Promise<string[]> => {
  const found: string[] = []
  for (const local of candidates(wish)) {
    if (found.length >= suggestionCount) break
    if (local.length < lengthMin || local.length > lengthMax || found.includes(local)) continue
    if (!(await isTaken(local))) found.push(local)
  }
  return found
}
