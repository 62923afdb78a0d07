import { login } from './login.ts'
import { refresh } from './refresh.ts'
import { refreshToken } from './refresh-token.ts'

export const account = [login, refresh, refreshToken]
