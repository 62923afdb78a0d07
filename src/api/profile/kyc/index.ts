import { init } from './init.ts'
import { resend } from './resend.ts'
import { verify } from './verify.ts'

export const kycRoutes = [init, resend, verify]
