import type * as wire from '../../abdm/wire/web.ts'
import { userNotFound } from '../refusal.ts'
import { foundOf, profileOf, webUserOf } from '../world/profiles.ts'
import { refuseDeactivated } from '../world/subjects.ts'
import type { Answers } from './answer.ts'
import { sendOtp, subjectOf, txnNotFound, verifyOtp } from './otp.ts'
import { tokenSubject } from './phr-login.ts'
import { linkedTo, signedIn } from './phr-profile.ts'
import { addressCard, addressCode } from './pictures.ts'

/** abdm-v3 §10, §14. */
export const web: Answers<typeof wire> = {
  async search({ op, body }, { register }) {
    const row = await register.addressNamed(body.abhaAddress)
    if (!row) throw userNotFound(op.service)
    return foundOf(row.body)
  },

  async requestOtp(call, world) {
    const subject = await subjectOf(call, world)
    return sendOtp(call, world, subject, 'session', 'log in to your ABHA address')
  },

  async verify(call, world) {
    const verified = await verifyOtp(call, world, txnNotFound)
    if ('failed' in verified) return verified.failed
    const { id: txnId, body } = verified.row
    const address = body.addressId === null ? undefined : await world.register.address(body.addressId)
    if (!address) throw txnNotFound()
    refuseDeactivated(address.body, call.op.service)
    const tokens = await world.tokens.final('phr-web', tokenSubject(address, txnId, 'ABHA_ADDRESS_LOGIN'), call.now)
    return {
      message: 'OTP verified successfully',
      authResult: 'success' as const,
      users: [webUserOf(address.body)],
      tokens: { ...tokens, switchProfileEnabled: false },
    }
  },

  async profile(call, world) {
    const row = await signedIn(call, world)
    return { ...profileOf(row.body, await linkedTo(row, world)), subDistrictCode: null, subDistrictName: null }
  },

  card: async (call, world) => addressCard(await signedIn(call, world), world),
  qr: async (call, world) => addressCode(await signedIn(call, world), world),
}
