import type { Finding, State } from './round.ts'

/** The findings for people and for programs. */

const marks: Readonly<Record<State, string>> = { ok: '✔', attention: '!', failed: '✖', skipped: '-' }
const colours: Readonly<Record<State, number>> = { ok: 32, attention: 33, failed: 31, skipped: 2 }

export const lineOf = ({ step, state, ms, says, todo }: Finding, isColoured: boolean): string => {
  const mark = isColoured ? `\u001b[${colours[state]}m${marks[state]}\u001b[0m` : marks[state]
  const words = state === 'skipped' ? `skipped: ${says}` : says
  const line = `${mark} ${step.padEnd(20)}${String(ms).padStart(6)} ms  ${words}`
  return [line, ...todo.map((one) => `${' '.repeat(33)}→ ${one}`)].join('\n')
}

export const isInOrder = (findings: readonly Finding[]): boolean => findings.every(({ state }) => state !== 'failed')

export const closingOf = (findings: readonly Finding[]): string => {
  const count = (wanted: State) => findings.filter(({ state }) => state === wanted).length
  if (count('failed') > 0) return `${count('failed')} failed, ${count('skipped')} skipped.`
  return count('attention') > 0 ? 'Works; see the lines with “!”.' : 'Everything is in order.'
}

export const jsonOf = (findings: readonly Finding[]): string =>
  JSON.stringify({ in_order: isInOrder(findings), steps: findings }, null, 2)
