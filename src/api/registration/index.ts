import { aadhaarRoutes } from './aadhaar/index.ts'
import { mobile } from './mobile/index.ts'
import { check } from './phr/check.ts'
import { pincode } from './pincode.ts'
import { suggest } from './suggest.ts'

export const registration = [...aadhaarRoutes, ...mobile, check, suggest, pincode]
