import { account } from './account/index.ts'
import { faceAuthRoutes } from './face-auth/index.ts'
import { profile } from './profile/index.ts'
import { registration } from './registration/index.ts'
import { session } from './session/index.ts'

/** Every operation of the Connect contract that this server serves, in the order of its documentation. */
export const connectRoutes = [...account, ...registration, ...faceAuthRoutes, ...session, ...profile]
