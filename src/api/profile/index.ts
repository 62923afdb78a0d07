import { card } from './asset/card.ts'
import { qr } from './asset/qr.ts'
import { kycRoutes } from './kyc/index.ts'
import { loginRoutes } from './login/index.ts'
import { deleteProfile, getProfile, updateProfile } from './profile.ts'
import { search } from './search.ts'
import { shareAndWait, shareQueued, shareStatus } from './share.ts'

export const profile = [
  ...loginRoutes,
  getProfile,
  updateProfile,
  deleteProfile,
  card,
  qr,
  ...kycRoutes,
  search,
  shareAndWait,
  shareQueued,
  shareStatus,
]
