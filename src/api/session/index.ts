import { init } from './init.ts'
import { status } from './status.ts'
import { verify } from './verify.ts'

export const session = [init, verify, status]
