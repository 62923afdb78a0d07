import * as wire from '../../abdm/wire/index.ts'
import type { Operation } from '../../abdm/wire/operation.ts'
import { abhaAccount } from './abha-account.ts'
import { abhaEnrollment } from './abha-enrollment.ts'
import { abhaFace } from './abha-face.ts'
import { abhaLogin } from './abha-login.ts'
import { abhaProfile } from './abha-profile.ts'
import type { Answer, Answers } from './answer.ts'
import { certificates } from './certificates.ts'
import { gateway } from './gateway.ts'
import { phrEnrollment } from './phr-enrollment.ts'
import { phrLogin } from './phr-login.ts'
import { phrProfile } from './phr-profile.ts'
import { web } from './web.ts'

/** Everything the emulator answers: one entry per group of wire operations. */
const answers: { readonly [Group in keyof typeof wire]: Answers<(typeof wire)[Group]> } = {
  abhaAccount,
  abhaEnrollment,
  abhaFace,
  abhaLogin,
  abhaProfile,
  certificates,
  gateway,
  phrEnrollment,
  phrLogin,
  phrProfile,
  web,
}

export type Answered = { readonly op: Operation; readonly answer: Answer }

const pairs = (group: object, answered: object): Answered[] =>
  Object.entries(group).flatMap(([name, op]) => {
    const answer = (answered as { readonly [name: string]: Answer })[name]
    return answer ? [{ op: op as Operation, answer }] : []
  })

export const answered: readonly Answered[] = Object.entries(wire).flatMap(([name, group]) =>
  pairs(group, answers[name as keyof typeof wire]),
)
