import { autoLogin } from './auto-login.ts'
import { createPhr } from './create-phr.ts'
import { init } from './init.ts'
import { mobileResend } from './mobile/resend.ts'
import { mobileVerify } from './mobile/verify.ts'
import { resend } from './resend.ts'
import { verify } from './verify.ts'

export const aadhaarRoutes = [init, resend, verify, mobileVerify, mobileResend, createPhr, autoLogin]
