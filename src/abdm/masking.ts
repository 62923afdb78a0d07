import type { TSchema } from 'typebox'
import type { Operation } from './wire/operation.ts'

/** Upstream words may quote what was sent, and spill what lies behind. What is passed on of them is short and says nothing of anybody. */

const mask = '******'
const wordsMax = 300
/** The expressions below take time with the square of what they look through. */
const lookedAtMax = 2_000

/** The beginning of a long message, without the word that the cut went through: half a token is not known as one. */
const beginning = (message: string): string =>
  message.length <= lookedAtMax ? message : message.slice(0, lookedAtMax).replace(/\S*$/, '')

/** What can be told by its form: tokens, addresses, runs of digits however they are grouped, markup, traces, the unprintable. */
export const safeWords = (message: string | undefined): string | undefined =>
  message === undefined
    ? undefined
    : beginning(message)
        .split(/[\r\n]/, 1)[0]
        ?.replace(/<[a-z!/][^>]*>/gi, ' ')
        .replace(/[^\P{C}]/gu, ' ')
        .replace(/\beyJ[\w-]+(\.[\w-]*)*/g, mask)
        .replace(/[^\s/,;:'"()[\]{}<>=]+@[\w.-]+/g, mask)
        .replace(/\d(?:[ -]?\d){4,}/g, mask)
        .slice(0, wordsMax)

type Marked = TSchema & { readonly properties?: { readonly [name: string]: Marked }; readonly 'x-redact'?: true }

const markedTexts = (schema: Marked | undefined, value: unknown): string[] => {
  if (typeof value === 'string') return schema?.['x-redact'] ? [value] : []
  const given = typeof value === 'object' && value !== null ? (value as { readonly [name: string]: unknown }) : {}
  return Object.entries(schema?.properties ?? {}).flatMap(([name, part]) => markedTexts(part, given[name]))
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** A name or a street has no form: they can be told only because this call sent them. */
export const withoutSent = (
  message: string,
  op: Operation,
  given: { readonly body?: unknown; readonly query?: unknown; readonly token?: string },
): string => {
  const sent = [...markedTexts(op.body, given.body), ...markedTexts(op.query, given.query), given.token ?? '']
  // The longest first: a name may be a part of another.
  const texts = [...new Set(sent.map((text) => text.trim()))].filter(Boolean).sort((a, b) => b.length - a.length)
  return texts.reduce(
    (words, text) => words.replace(new RegExp(`(?<![\\p{L}\\p{N}])${escaped(text)}(?![\\p{L}\\p{N}])`, 'giu'), mask),
    message,
  )
}
