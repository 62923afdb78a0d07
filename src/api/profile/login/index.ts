import { init } from './init.ts'
import { methods } from './methods.ts'
import { phr } from './phr.ts'
import { verify } from './verify.ts'

export const loginRoutes = [methods, init, verify, phr]
