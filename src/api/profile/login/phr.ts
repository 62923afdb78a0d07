import { AbhaAddress, allPublishedOptional, TxnId } from '../../../fields.ts'
import { route } from '../../../route.ts'
import { Type } from '../../../schema.ts'
import { choose, loginChoices } from '../../choose.ts'
import { LoginReply } from './verify.ts'

/**
 * Logs in to one of the addresses that the verify step listed. Needs abha_select, or abha_create with a list; ends the flow and
 * opens the user's session. An address outside the list is 400. Upstream: phr.login.verify_user where only a transfer token is
 * there, then the profile. The transfer token lives five minutes: later than that the login begins again.
 */
export const phr = route({
  method: 'POST',
  path: '/abdm/na/v1/profile/login/phr',
  operationId: 'loginSelect',
  tag: 'login',
  summary: 'Log in to one of the listed addresses',
  auth: 'client',
  names: 'headers',
  body: Type.Object({ txn_id: TxnId, phr_address: AbhaAddress }, allPublishedOptional),
  reply: LoginReply,
  errors: ['txnUnknown', 'stepNotAllowed', 'addressNotOffered', 'accountClaimed', 'mobileClaimed'],
  upstream: true,
  async handle({ body: { txn_id, phr_address }, caller, named }, deps) {
    const txn = await deps.flows.at(loginChoices, caller, txn_id, 'login_phr', named)
    const { profile, eka } = await choose(deps, txn, 'login_phr', phr_address)
    return { txn_id, skip_state: 'abha_end' as const, profile, eka, abha_profiles: [] }
  },
})
