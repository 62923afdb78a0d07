import { createPhr } from './create-phr.ts'
import { init } from './init.ts'
import { resend } from './resend.ts'
import { verify } from './verify.ts'

export const mobile = [init, resend, verify, createPhr]
