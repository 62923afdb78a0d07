import { AbhaAddress, TxnId } from '../../fields.ts'
import type { Family } from '../../people.ts'
import { route } from '../../route.ts'
import { Type } from '../../schema.ts'
import { requestAddressOtp } from '../by-address.ts'
import { userSession } from './flow.ts'

/**
 * Sends an OTP to the mobile of an ABHA address, to open a user session. The user is the one named, else the owner of the
 * address at this client, else a new one. An address of another user than the named one: 400.
 * Opens session at otp_sent. Upstream: phr.login.request_otp; web.login.request_otp for client ids without PHR app permission.
 */
export const init = route({
  method: 'POST',
  path: '/abdm/v1/session/init',
  operationId: 'sessionInit',
  tag: 'session',
  summary: 'Send an OTP to open a user session',
  auth: 'client-or-user',
  names: 'headers-and-oid',
  body: Type.Object({ abha_address: AbhaAddress }),
  reply: Type.Object({ txn_id: TxnId }),
  errors: ['tooManyRequests', 'userUnknown', 'accountClaimed', 'mobileClaimed'],
  upstream: true,
  async handle({ body: { abha_address: abhaAddress }, caller, named, remoteAddress }, deps) {
    const { flows, otps, people } = deps
    const user = await people.named(caller, named)
    await people.destinationFrom(user, caller, { abhaAddress })
    let family: Family = 'phr-app'
    const sent = await otps.send(abhaAddress, { caller, remoteAddress }, async () => {
      const asked = await requestAddressOtp(deps, abhaAddress, false)
      family = asked.family
      return asked
    })
    const txn = await flows.begin(userSession, caller, named, {
      state: 'otp_sent',
      upstreamTxnId: sent.txnId,
      otp: sent.otp,
      data: { abhaAddress, family },
    })
    return { txn_id: txn.id }
  },
})
