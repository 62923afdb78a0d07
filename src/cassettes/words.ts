import type { Synthetic } from './synthetic.ts'
import { isKnownWord } from './vocabulary.ts'

/** Free words as a cassette keeps them: ABDM's own. Values that were met are replaced, everything else is masked. */

const mask = '******'
/** Longer ones are nobody's message. */
const textMax = 2_000
/** Fewer digits than a number of somebody's, a date or an OTP has: a status, a limit, minutes. */
const digitsMax = 3

const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const timeForm = /^\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/
/** The last digits of a number behind their mask, a word, or any other number. */
const piece = /((?<![\p{L}\p{N}])[*x]{2,}[ -]*)([0-9]{1,4})(?!\p{N})|([\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*)|\p{N}+/giu

const isAbdmsWord = (word: string): boolean => /^x+$/i.test(word) || isKnownWord(word)

/** Undefined where it is no moment. A birth may be written as one, so only the form stays. */
export const timeless = (text: string): string | undefined => {
  const [whole, mark, fraction = '', zone = ''] = timeForm.exec(text) ?? []
  return whole && `2000-01-01${mark}00:00:00${fraction.replace(/\d/g, '0')}${zone}`
}

export const createWords = (synthetic: Synthetic) => {
  const isAbdms = (text: string): boolean => {
    let digits = 0
    for (const [run, , end, word] of text.matchAll(piece)) {
      if (word !== undefined && !isAbdmsWord(word)) return false
      if (word === undefined && end === undefined) digits += run.length
    }
    return digits <= digitsMax && synthetic.replaced(text) === text
  }

  return (text: string): string => {
    if (uuidForm.test(text)) return synthetic.text('txnId', text)
    const moment = timeless(text)
    if (moment) return moment
    if (text.length > textMax) return mask
    // Beside words that are not ABDM's a small number is a house or a part of a date.
    const keepsNumbers = isAbdms(text)
    return synthetic.replaced(text, (rest) =>
      rest.replace(piece, (run: string, before?: string, end?: string, word?: string) => {
        if (before !== undefined && end !== undefined) return before + synthetic.ending(end)
        return (word === undefined ? keepsNumbers : isAbdmsWord(word)) ? run : mask
      }),
    )
  }
}
