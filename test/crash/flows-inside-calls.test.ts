import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import type { Reply } from '../harness.ts'
import { ok } from '../trouble/journey.ts'
import { type Kind, type Way, wayOf } from '../trouble/way.ts'
import { shareDeaths } from './deaths.ts'
import { startRemote } from './remote.ts'
import { cleanUp } from './server.ts'

/**
 * The flows by Aadhaar, face, login and KYC after a server has died while upstream was at work: nothing is made twice, what
 * happened is found out, and where a proof was lost with its answer the flow begins again.
 */

let remote: Awaited<ReturnType<typeof startRemote>>
before(async () => {
  remote = await startRemote()
})
after(async () => {
  cleanUp()
  await remote.close()
})

const meet = (kind: Kind): Promise<Way> => wayOf(remote.upstream, remote.caller, kind)
const { walk, walkTogether, dieInside } = shareDeaths(
  () => remote,
  (path, when) => remote.proxy.hold(path, when),
)

/** As upstream has it: what a new registration is offered. */
const addressesOf = async (way: Way): Promise<string[]> => {
  ok(await way.init())
  return ok(await way.verify()).abha_profiles.map((profile: { abha_address: string }) => profile.abha_address)
}
const codeOf = ({ status, body, text }: Reply): [number, string | undefined] => {
  assert.ok(body, text)
  return [status, body.source_error?.code]
}
const proved = async (kind: Kind): Promise<Way> => {
  const way = await meet(kind)
  ok(await way.init())
  assert.equal(ok(await way.verify()).skip_state, 'abha_create')
  return way
}

for (const when of ['before', 'after'] as const) {
  const moment = `${when} upstream has acted`

  walk(`killed ${moment} on an Aadhaar OTP request: asking again goes on`, async () => {
    const way = await meet('new')
    await dieInside('/enrollment/request/otp', when, way.init)
    const sent = await way.messages()
    ok(await way.init())
    assert.equal(await way.messages(), sent + 1)
    ok(await way.verify())
    ok(await way.create())
  })

  walk(`killed ${moment} on the enrolment: the OTP is good, or a new one finds the account`, async () => {
    const way = await meet('new')
    ok(await way.init())
    await dieInside('/enrollment/enrol/byAadhaar', when, way.verify)
    const again = await way.verify()
    if (when === 'before') ok(again)
    else {
      assert.deepEqual(codeOf(again), [400, 'MIS-1026'])
      ok(await way.init())
      ok(await way.verify())
    }
    const { abha_number } = ok(await way.create()).profile
    assert.equal(ok(await way.read()).abha_number, abha_number)
    // The number's own address is made with it: one number, and the one address that was wished for.
    const all = [way.abha_address, `${abha_number.replaceAll('-', '')}@sbx`]
    assert.deepEqual((await addressesOf(way)).sort(), all.sort())
  })

  walk(`killed ${moment} on sending the second OTP: the resend sends it, and the flow comes to its end`, async () => {
    const way = await meet('new')
    way.wantsOther()
    ok(await way.init())
    await dieInside('/enrollment/request/otp', when, way.verify)
    ok(await way.resendOther())
    ok(await way.confirm())
    ok(await way.create())
  })

  walk(`killed ${moment} on the confirmation of the other mobile: the OTP or a new one opens the way`, async () => {
    const way = await meet('new')
    way.wantsOther()
    ok(await way.init())
    ok(await way.verify())
    await dieInside('/enrollment/auth/byAbdm', when, way.confirm)
    const again = await way.confirm()
    if (again.status !== 200) {
      assert.deepEqual([when, ...codeOf(again)], ['after', 400, 'ABDM-1035'])
      ok(await way.resendOther())
      ok(await way.confirm())
    }
    ok(await way.create())
  })

  walk(`killed ${moment} on a further address: the same call goes through, and there is one`, async () => {
    const way = await proved('new')
    await dieInside('/enrollment/enrol/abha-address', when, way.create)
    assert.equal(ok(await way.create()).skip_state, 'abha_end')
    const own = (await addressesOf(way)).filter((address) => address === way.abha_address)
    assert.equal(own.length, 1)
  })

  walk(`killed ${moment} on the profile of an address that is there already: auto-login is repeated`, async () => {
    const way = await proved('known')
    await dieInside('/profile/account', when, way.autoLogin)
    assert.equal(ok(await way.autoLogin()).skip_state, 'abha_end')
    ok(await way.read())
  })

  walk(`killed ${moment} on a registration by face: the capture is good, or a new one finds the account`, async () => {
    const way = await meet('new')
    const capture = async () => {
      ok(await way.faceInit())
      ok(await way.phone())
      assert.equal(ok(await way.capture()).status, 'Verified')
    }
    await capture()
    await dieInside('/enrollment/enrol/byAadhaar', when, way.faceVerify)
    const again = await way.faceVerify()
    if (when === 'before') ok(again)
    else {
      assert.equal(codeOf(again)[1], 'MIS-1026')
      await capture()
      ok(await way.faceVerify())
    }
    ok(await way.create())
    ok(await way.read())
  })

  walk(`killed ${moment} on a login or its choice: it goes on or begins again, at the same user`, async () => {
    const way = await meet('known')
    const logIn = async () => {
      ok(await way.loginInit('mobile'))
      ok(await way.loginVerify())
    }
    await logIn()
    const { oid } = ok(await way.loginPhr()).eka

    ok(await way.loginInit('mobile'))
    await dieInside('/login/verify', when, way.loginVerify)
    const verified = await way.loginVerify()
    if (when === 'before') ok(verified)
    else {
      assert.deepEqual(codeOf(verified), [400, 'ABDM-1035'])
      await logIn()
    }
    await dieInside('/login/verify/user', when, way.loginPhr)
    const chosen = await way.loginPhr()
    if (when === 'after') {
      assert.deepEqual(codeOf(chosen), [400, 'MIS-1026'])
      await logIn()
    }
    assert.equal(ok(when === 'after' ? await way.loginPhr() : chosen).eka.oid, oid)
    ok(await way.read())
  })

  walk(`killed ${moment} on the OTP of somebody who was found: the same search goes on at once`, async () => {
    const way = await meet('known')
    const { txn_id, profiles } = ok(await way.search())
    assert.equal(profiles.length, 1)
    await dieInside('/profile/login/request/otp', when, way.searchInit)
    assert.equal(ok(await way.searchInit()).txn_id, txn_id)
    await dieInside('/profile/login/verify', when, way.loginVerify)
    const verified = await way.loginVerify()
    if (when === 'after') {
      assert.equal(verified.status, 400, verified.text)
      ok(await way.search())
      ok(await way.searchInit())
    }
    assert.equal(ok(when === 'after' ? await way.loginVerify() : verified).skip_state, 'abha_select')
    ok(await way.loginPhr())
    ok(await way.read())
  })

  walk(`killed ${moment} on the check of a KYC, and on its link: the profile is verified once`, async () => {
    const way = await meet('without an address')
    await way.registerByMobile()
    ok(await way.kycInit())
    await dieInside('/login/profile/verify', when, way.kycVerify)
    if (when === 'after') {
      assert.deepEqual(codeOf(await way.kycVerify()), [400, 'ABDM-1035'])
      ok(await way.kycResend())
    }
    await dieInside('/login/profile/link', when, way.kycVerify)
    ok(await way.kycVerify())
    const profile = ok(await way.read())
    assert.deepEqual([profile.kyc_verified, profile.abha_number], [true, way.citizen.abha_number])
    assert.equal((await way.kycInit()).status, 400)
  })

  walk(`killed ${moment} on a change and on the logout of a deletion: the same call goes through`, async () => {
    const way = await meet('new')
    await way.registerByMobile()
    await dieInside('/login/profile/updateProfile', when, way.change)
    assert.equal((await way.change()).status, 204)
    assert.equal(ok(await way.read()).address, '14 Lake Road')
    await dieInside('/login/profile/request/logout', when, way.remove)
    const again = await way.remove()
    // The logout may have ended the session, and the deletion wants one: the person opens it, or is gone.
    assert.ok(again.status === 204 || (when === 'after' && again.status === 491), again.text)
    if (again.status === 491) {
      await way.openAgain()
      assert.equal((await way.remove()).status, 204)
    }
    assert.equal((await way.read()).status, 404)
  })
}

walkTogether('killed while upstream is at work')
