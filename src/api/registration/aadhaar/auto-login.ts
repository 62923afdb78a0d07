import { AbhaAddress, TxnId } from '../../../fields.ts'
import { route } from '../../../route.ts'
import { Type } from '../../../schema.ts'
import { choose, choosingFlows } from '../../choose.ts'
import { CreatedReply } from './create-phr.ts'

/**
 * Logs in to one of the offered addresses instead of creating one. Needs a verify step that answered a list of
 * `abha_profiles`, ends the flow, opens the user's session. An address outside the list is 400.
 * Upstream: phr.login.verify_user where only a transfer token is there, then the profile.
 */
export const autoLogin = route({
  method: 'POST',
  path: '/abdm/na/v1/registration/aadhaar/auto-login',
  operationId: 'registrationAadhaarAutoLogin',
  tag: 'registration-aadhaar',
  summary: 'Log in to an ABHA address that the person has already',
  auth: 'client',
  names: 'headers',
  body: Type.Object({ txn_id: TxnId, abha_address: AbhaAddress }),
  reply: CreatedReply,
  errors: ['txnUnknown', 'stepNotAllowed', 'addressNotOffered', 'accountClaimed', 'mobileClaimed'],
  upstream: true,
  async handle({ body: { txn_id, abha_address }, caller, named }, deps) {
    const txn = await deps.flows.at(choosingFlows, caller, txn_id, 'auto_login', named)
    const { session, profile, eka } = await choose(deps, txn, 'auto_login', abha_address)
    return {
      txn_id,
      skip_state: 'abha_end' as const,
      eka,
      profile,
      token: session.token,
      refresh_token: session.refreshToken ?? null,
    }
  },
})
