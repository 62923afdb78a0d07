import { capture } from './capture.ts'
import { init } from './init.ts'
import { verify } from './verify.ts'

export const faceAuthRoutes = [init, capture, verify]
