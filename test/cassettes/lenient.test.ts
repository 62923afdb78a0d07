import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { readCassettes } from '../../src/cassettes/cassette.ts'
import { differencesIn } from '../../src/replay.ts'
import { said, startBeforeScripted } from '../trouble/scripted-upstream.ts'
import { details, paths } from '../walks.ts'

/** An upstream that says the same in other forms than the emulator: every one of them is a row, and nothing else is. */

const folder = mkdtempSync(join(tmpdir(), 'openabha-cassettes-'))
const txnId = said.sent.txnId
const person = { mobile: '9834120756', abhaAddress: 'nirvexa.tol88@sbx' }

before(async () => {
  const { upstream, caller, stop } = await startBeforeScripted({ ABDM_RECORD: folder })
  try {
    upstream.say('/enrollment/request/otp', { status: 200, body: { txnId } }, { status: 201, body: said.sent })
    upstream.say(
      '/enrollment/verify',
      { status: 400, body: [{ code: 'ABDM-4711: ', message: 1035 }] },
      {
        body: {
          ...{ txnId, message: 'verified', authResult: 'success', users: [] },
          ...{ [person.mobile]: 1, nickName: 'Nirvexa', profileStatus: 'Nirvexa' },
        },
      },
    )
    upstream.say('/enrollment/isExists', { body: 'false' })
    upstream.say('/enrollment/enrol', {
      body: {
        txnId,
        message: 'created',
        phrDetails: { abhaAddress: [person.abhaAddress], firstName: 'Nirvexa', yearOfBirth: 1988 },
        tokens: { ...said.final, expiresIn: '1800', token: 'tok-Nirvexa-0001' },
      },
    })
    upstream.say('/login/profile', { status: 503, type: 'text/html', body: '<h1>Nirvexa is not here</h1>' })
    const { txn_id } = (await caller.post(paths.init, { mobile_number: person.mobile })).body
    const verify = (otp: string) => caller.post(paths.verify, { txn_id, otp })
    assert.equal((await verify('482913')).status >= 400, true)
    assert.equal((await verify('482914')).status, 200)
    const profile = { ...details, first_name: 'Nirvexa' }
    const created = await caller.post(paths.create, { txn_id, abha_address: person.abhaAddress, profile })
    assert.equal(created.status, 200, created.text)
    await caller.get(paths.profile, { headers: { 'X-Pt-Id': created.body.eka.oid } })
    await caller.post(paths.init, { mobile_number: '9834120757' })
  } finally {
    await stop()
  }
})
after(() => rmSync(folder, { recursive: true, force: true }))

test('text for a number, a number for text, what is missing and what is too much are the rows of the table', async () => {
  const rows = (await differencesIn(await readCassettes(folder))).map(
    ({ operation, what, where, emulator, recorded }) =>
      `${operation} ${what} ${where.replace(/-\d+$/, '')}: ${emulator} / ${recorded}`,
  )
  const extra = 'phr.enrollment.verify extra'
  assert.deepEqual(
    rows.filter((row) => !row.startsWith('phr.profile.get') && !row.includes(' missing phrDetails.')),
    [
      'gateway.session missing refreshExpiresIn: integer / ',
      'gateway.session missing refreshToken: string / ',
      'phr.enrollment.request_otp missing message: string or null / ',
      'phr.enrollment.verify code code: none of its codes / ABDM-4711',
      'phr.enrollment.verify type message: string / integer',
      `${extra} unknown:  / there`,
      `${extra} unknown:  / there`,
      `${extra} profileStatus:  / there`,
      'phr.enrollment.enrol type phrDetails.yearOfBirth: string or null / integer',
      'phr.enrollment.enrol missing tokens.switchProfileEnabled: boolean or null / ',
      'phr.enrollment.enrol type tokens.expiresIn: integer / string',
      'phr.enrollment.request_otp status status: 200 / 201',
    ],
  )
  assert.equal(rows.filter((row) => row.startsWith('phr.enrollment.enrol missing phrDetails.')).length, 14)
  assert.equal(
    rows.find((row) => row.startsWith('phr.profile.get')),
    'phr.profile.get form body: json / text',
  )
})

test('what no schema knows is masked, and its name is another one unless it is made of ABDM’s words', async () => {
  const text = JSON.stringify(await readCassettes(folder))
  assert.match(text, /"unknown-\d+":"masked","unknown-\d+":"masked","profileStatus":"masked"/)
  assert.match(text, /"responseForm":"text","responseBody":"masked"/)
  assert.doesNotMatch(text, /nirvexa|9834120756|48291[34]|a-secret|SBXID/i)
})

test('the command prints the table and fails', async () => {
  const { code, stdout } = await new Promise<{ code: unknown; stdout: string }>((resolve) =>
    execFile(process.execPath, ['bin/openabha.mjs', 'replay', folder, '--compare'], (failed, out) =>
      resolve({ code: failed?.code, stdout: out }),
    ),
  )
  assert.equal(code, 1)
  assert.match(stdout, /^cassette +operation +what +where +emulator +recorded\n/)
  assert.match(stdout, /phr\.enrollment\.enrol +type +tokens\.expiresIn +integer +string\n/)
})

test('a folder that cannot be written is named once in the log, and no call minds', async () => {
  const { upstream, product, caller, stop } = await startBeforeScripted({ ABDM_RECORD: '/dev/null/cassettes' })
  try {
    upstream.say('/enrollment/request/otp', { body: said.sent })
    for (const mobile_number of ['9834120758', '9834120759'])
      assert.equal((await caller.post(paths.init, { mobile_number })).status, 200)
  } finally {
    await stop()
  }
  assert.equal(product.lines.filter((line) => line.includes('could not be recorded')).length, 1)
})
