import type { FaultMode } from '../../src/emulator/emulator.ts'

/** Every way in which an upstream call can go wrong, and what a caller hears when nothing makes up for it. */

export type Mode = { mode: FaultMode; status?: number; code?: string }

export const answerLost = 'The connection to ABDM broke before it answered, so it may have acted; try again'
export type Expected = Mode & { answers: number; text: string }
export const modes: readonly Expected[] = [
  { mode: 'drop_before', answers: 502, text: answerLost },
  { mode: 'drop_after', answers: 502, text: answerLost },
  { mode: 'empty', status: 200, answers: 502, text: 'ABDM sent an answer that cannot be read; try again' },
  { mode: 'empty', status: 400, answers: 400, text: 'Bad Request, invalid request' },
  { mode: 'empty', status: 401, answers: 502, text: 'ABDM sent an answer that cannot be read; try again' },
  { mode: 'empty', status: 429, answers: 503, text: 'ABDM is overloaded; try again later' },
  { mode: 'empty', status: 500, answers: 502, text: 'ABDM sent an answer that cannot be read; try again' },
  { mode: 'empty', status: 503, answers: 503, text: 'ABDM is overloaded; try again later' },
  { mode: 'html', answers: 502, text: 'ABDM sent an answer that cannot be read; try again' },
  { mode: 'truncated', answers: 502, text: 'ABDM sent an answer that cannot be read; try again' },
  { mode: 'huge', answers: 502, text: 'ABDM sent an answer that cannot be read; try again' },
  { mode: 'error', status: 503, code: 'ABDM-1024', answers: 500, text: 'Something went wrong' },
]

export const describe = ({ mode, status, code }: Mode): string => [mode, status, code].filter(Boolean).join(' ')
/** Of the person's token: the gateway's own refusal has a body. */
export const isTokenRefusal = ({ mode, status }: Mode): boolean => mode === 'empty' && status === 401
