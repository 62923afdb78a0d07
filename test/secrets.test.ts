import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { RefusalForm } from '../src/emulator/refusal.ts'
import { leaksIn } from './compat/spellings.ts'
import { atRest } from './database.ts'
import { type Product, type Reply, startProduct } from './harness.ts'

/**
 * No secret and nothing personal gets into a log line, the database or an error reply, in no spelling. The sandbox's inbox
 * and trace are the only places that show such things.
 */

let product: Product
const replies: (Reply & { asked: string })[] = []
const secrets = new Map<string, string>()

const person = {
  mobile: '9701348265',
  first_name: 'Zibanuxi',
  middle_name: 'श्रीवल्लभ',
  last_name: 'Qorvethal',
  abha_address: 'zibaq.orv1987',
  address: '77 Vexolune Kothi',
}
const wrong = {
  otp: '730518',
  aadhaar: '614792038551',
  abha_number: '91-7203-8816-4459',
  mobile: '8263907154',
  secret: 'Wr0ngSecret-hTz83kQpLm',
  token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.cGxhaW5seV93cm9uZ190b2tlbg',
}

before(async () => {
  product = await startProduct({ OTP_RESEND_WAIT_SECONDS: '0' })
  for (const [name, value] of Object.entries(person)) secrets.set(name, value)
  for (const [name, value] of Object.entries(wrong)) secrets.set(`wrong ${name}`, value)
})
after(() => product.stop())

type Options = Parameters<Product['send']>[2]
const send = async (method: string, path: string, options: Options = {}): Promise<Reply> => {
  const reply = await product.send(method, path, options)
  replies.push({ ...reply, asked: `${method} ${path.split('?')[0]}` })
  return reply
}
const post = (path: string, body: unknown, options: Options = {}) => send('POST', path, { ...options, body })

const registration = '/abdm/na/v1/registration'
const keepOtps = async (): Promise<void> => {
  for (const { otp } of (await product.emulator?.inbox.list({ limit: 100 })) ?? []) secrets.set(`OTP ${otp}`, otp)
}
/** Tokens of every kind as they went over the wire to ABDM. */
const keepUpstreamTokens = (): void => {
  const seen = JSON.stringify(product.emulator?.trace.list() ?? [])
  for (const [token] of seen.matchAll(/eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/g))
    secrets.set(`token ${token.slice(-9)}`, token)
}

const nobody = { token: null }
let token = ''
let oid = ''

test('a registration, a session and everything that can go wrong on the way', async () => {
  const login = await post('/connect-auth/v1/account/login', {
    client_id: 'openabha-dev',
    client_secret: 'openabha-dev-secret',
  })
  token = login.body.access_token
  secrets.set('client secret', 'openabha-dev-secret')
  secrets.set('access token', token)
  secrets.set('refresh token', login.body.refresh_token)
  const renewed = await post('/connect-auth/v1/account/refresh', { refresh_token: login.body.refresh_token })
  secrets.set('renewed refresh token', renewed.body.refresh_token)
  await post('/connect-auth/v1/account/login', { client_id: 'openabha-dev', client_secret: wrong.secret })
  await post('/connect-auth/v1/account/login', {
    client_id: wrong.mobile,
    client_secret: wrong.secret,
    sharing_key: wrong.token,
  })
  await post('/connect-auth/v1/account/login', { client_id: 'openabha-dev', client_secret: [wrong.secret] })
  await post('/connect-auth/v1/account/refresh', { refresh_token: wrong.token })
  await post(
    '/connect-auth/v1/account/refresh-token',
    { refresh_token: wrong.secret, access_token: wrong.token },
    { headers: { 'Client-Id': wrong.mobile } },
  )

  const as = { token }
  const { mobile } = person
  const { txn_id } = (await post(`${registration}/mobile/init`, { mobile_number: `+91 ${mobile}` }, as)).body
  await keepOtps()
  await post(`${registration}/mobile/resend`, { txn_id }, as)
  await keepOtps()
  assert.equal((await post(`${registration}/mobile/verify`, { txn_id, otp: wrong.otp }, as)).status, 400)
  const verified = await post(`${registration}/mobile/verify`, { txn_id, otp: await product.otpTo(mobile) }, as)
  assert.equal(verified.status, 200, verified.text)
  await send(
    'GET',
    `${registration}/suggest?fn=${person.first_name}&ln=${person.last_name}&dob=1987-06-05&transactionId=${txn_id}`,
    as,
  )
  const { first_name, middle_name, last_name, address, abha_address } = person
  const profile = {
    first_name,
    middle_name,
    last_name,
    address,
    gender: 'F',
    year_of_birth: 1987,
    month_of_birth: 6,
    day_of_birth: 5,
    pincode: '834001',
  }
  assert.equal(
    (
      await post(
        `${registration}/mobile/create-phr`,
        { txn_id, abha_address, profile: { ...profile, month_of_birth: 13 } },
        as,
      )
    ).status,
    400,
  )
  assert.equal(
    (
      await post(
        `${registration}/mobile/create-phr`,
        { txn_id, abha_address, profile: { ...profile, pincode: '999999' } },
        as,
      )
    ).status,
    400,
  )
  const created = await post(`${registration}/mobile/create-phr`, { txn_id, abha_address, profile }, as)
  assert.equal(created.status, 200, created.text)
  oid = created.body.eka.oid
  secrets.set('user token', created.body.eka.min_token)
  secrets.set('ABHA token', created.body.token)
  secrets.set('ABHA refresh token', created.body.refresh_token)

  const user = { token, headers: { 'X-Pt-Id': oid, 'X-Partner-Pt-Id': person.mobile } }
  const session = await post('/abdm/v1/session/init', { abha_address }, user)
  await keepOtps()
  const opened = await post(
    '/abdm/v1/session/verify',
    { txn_id: session.body.txn_id, otp: await product.otpTo(mobile) },
    user,
  )
  assert.equal(opened.status, 200, opened.text)
  secrets.set('session token', opened.body.token)
  assert.equal((await send('GET', '/abdm/v1/profile', user)).status, 200)
  await send('GET', '/abdm/v1/session/status', user)
  keepUpstreamTokens()
})

/** One request for each place in which a secret can be sent by mistake. */
const misplaced = (secret: string): [method: string, path: string, options: Options][] => {
  const encoded = encodeURIComponent(secret)
  const as = { token }
  const init = `${registration}/mobile/init`
  return [
    ['POST', init, { ...as, body: { mobile_number: `${secret}1` } }],
    ['POST', init, { ...as, body: { mobile_number: { [secret]: secret } } }],
    ['POST', init, { ...as, body: { mobile_number: [secret] } }],
    ['POST', init, { ...as, body: { [secret]: secret } }],
    ['POST', init, { ...as, body: [secret] }],
    ['POST', init, { ...as, raw: `{"mobile_number":"${secret}` }],
    ['POST', init, { ...as, raw: `${secret}` }],
    ['POST', init, { ...as, raw: `{"a":"${secret.repeat(9_000)}"}` }],
    ['POST', init, { ...as, raw: `mobile=${encoded}`, headers: { 'Content-Type': `text/plain; a=${encoded}` } }],
    ['POST', init, { headers: { Authorization: encoded }, body: {} }],
    ['POST', init, { headers: { Authorization: `Bearer ${encoded}` }, body: {} }],
    ['POST', init, { headers: { auth: encoded }, body: {} }],
    [
      'POST',
      init,
      { ...as, headers: { 'X-Pt-Id': encoded, 'X-Hip-Id': encoded.repeat(40) }, body: { mobile_number: 'x' } },
    ],
    ['POST', `${registration}/mobile/verify`, { ...as, body: { txn_id: secret, otp: '123456' } }],
    ['POST', `${registration}/mobile/verify`, { ...as, body: { txn_id: 'x', otp: `${secret}7` } }],
    ['POST', `${registration}/mobile/resend`, { ...as, body: { txn_id: { secret } } }],
    [
      'POST',
      `${registration}/mobile/create-phr`,
      { ...as, body: { txn_id: 'x', abha_address: secret, profile: { first_name: `${secret}#` } } },
    ],
    ['POST', `${registration}/phr/check`, { ...as, body: { abha_address: `${secret}@@` } }],
    ['GET', `${registration}/suggest?fn=${encoded}%23&dob=${encoded}`, as],
    ['GET', `${registration}/suggest?transactionId=${encoded}`, as],
    ['GET', `/abdm/v1/registration/pincode/${encoded}`, as],
    ['GET', `/abdm/v1/profile?oid=${encoded}`, as],
    ['GET', `/abdm/v1/profile?oid=${encoded}`, nobody],
    ['GET', '/abdm/v1/profile', { token: encoded }],
    ['GET', '/abdm/v1/session/status', { ...as, headers: { 'X-Partner-Pt-Id': encoded } }],
    ['POST', '/abdm/v1/session/init', { ...as, body: { abha_address: secret } }],
    ['POST', '/abdm/v1/session/verify', { ...as, body: { txn_id: secret, otp: secret } }],
    ['GET', `/${encoded}`, as],
    ['GET', `/abdm/v1/profile/${encoded}?x=${encoded}`, as],
    [encoded.replace(/[^A-Z]/gi, '').slice(0, 20) || 'GET', '/abdm/v1/profile', as],
    ['GET', `/abdm/v1/profile/%${encoded}%zz`, as],
    [
      'POST',
      '/connect-auth/v1/account/login',
      { body: { client_id: secret, client_secret: secret, sharing_key: secret } },
    ],
    ['POST', '/connect-auth/v1/account/refresh', { body: { refresh_token: secret } }],
  ]
}

test('a secret in the wrong header, query, path, field or body comes back in no reply', async () => {
  for (const [name, secret] of [...secrets]) {
    for (const [method, path, options] of misplaced(secret)) {
      const reply = await send(method, path, options)
      const where = `${name} in ${method} ${path.split('?')[0]}: ${reply.status} ${reply.text.slice(0, 200)}`
      if (reply.status >= 400)
        assert.deepEqual(leaksIn(reply.text + JSON.stringify([...reply.headers]), secrets), [], where)
      assert.ok(reply.status < 500, where)
    }
  }
})

const forms: readonly RefusalForm[] = ['wrapped', 'flat', 'array', 'field', 'message', 'description', 'text']
const codes = ['ABDM-1006: ', 'ABDM-9999', 'ABDM-1010', 'ABDM-1204', 'ABDM-4711', '900900', '', wrong.mobile]
const atDomain = `${person.abha_address}@sbx`
/** They can be told by their form, whoever sent them. */
const anywhere = [wrong.mobile, wrong.aadhaar, wrong.abha_number, '91 7203 8816 4459', wrong.otp, wrong.token, atDomain]

test('what upstream quotes in a refusal comes back in no reply', async () => {
  const as = { token }
  const mobile = '9360172845'
  const { first_name, middle_name, last_name, address } = person
  const { txn_id } = (await post(`${registration}/mobile/init`, { mobile_number: mobile }, as)).body
  await post(`${registration}/mobile/verify`, { txn_id, otp: await product.otpTo(mobile) }, as)
  await keepOtps()
  secrets.set('another mobile', mobile)
  const profile = {
    first_name,
    middle_name,
    last_name,
    address,
    gender: 'F',
    year_of_birth: 1987,
    month_of_birth: 6,
    day_of_birth: 5,
    pincode: '834001',
  }

  /** The operation, what of the person went there in this call, and the call. */
  const calls: [operation: string, sent: readonly string[], call: () => Promise<Reply>][] = [
    [
      'phr.enrollment.request_otp',
      [wrong.mobile],
      () => post(`${registration}/mobile/init`, { mobile_number: wrong.mobile }, as),
    ],
    [
      'phr.enrollment.suggestion',
      [first_name, last_name],
      () =>
        send(
          'GET',
          `${registration}/suggest?fn=${first_name}&ln=${last_name}&dob=1987-06-05&transactionId=${txn_id}`,
          as,
        ),
    ],
    [
      'phr.enrollment.is_exists',
      [atDomain],
      () => post(`${registration}/phr/check`, { abha_address: person.abha_address }, as),
    ],
    [
      'phr.enrollment.enrol',
      [mobile, first_name, middle_name, last_name, address],
      () => post(`${registration}/mobile/create-phr`, { txn_id, abha_address: 'zibaq.orv1988', profile }, as),
    ],
    [
      'phr.login.request_otp',
      [atDomain],
      () => post('/abdm/v1/session/init', { abha_address: person.abha_address }, as),
    ],
    ['phr.profile.get', [], () => send('GET', '/abdm/v1/profile', { token, headers: { 'X-Pt-Id': oid } })],
  ]
  for (const [operation, sent, call] of calls) {
    for (const [index, code] of codes.entries()) {
      const message = `Invalid value ${[...sent, ...anywhere].join(' / ')} for Bearer ${secrets.get('ABHA token')}`
      const form = forms[index % forms.length] ?? 'flat'
      product.emulator?.faults.add({ operation, status: index % 2 === 0 ? 400 : 422, code, message, form })
      const reply = await call()
      product.emulator?.faults.clear()
      assert.ok(reply.status >= 400, `${operation} ${code} ${form}: ${reply.text}`)
      assert.deepEqual(leaksIn(reply.text, secrets), [], `${operation} ${code} ${form}: ${reply.text}`)
    }
  }
})

test('looking through a long message of upstream holds nobody up', async () => {
  for (const message of ['<a'.repeat(25_000), 'x'.repeat(50_000), 'a.'.repeat(25_000), '1 '.repeat(25_000)]) {
    product.emulator?.faults.add({ operation: 'phr.enrollment.is_exists', status: 400, code: 'ABDM-1006', message })
    const startedAt = performance.now()
    const reply = await post(`${registration}/phr/check`, { abha_address: person.abha_address }, { token })
    assert.equal(reply.status, 400)
    assert.ok((reply.body.source_error?.message ?? '').length <= 300)
    assert.ok(performance.now() - startedAt < 1_000, message.slice(0, 10))
  }
})

test('no reply that was an error repeats a secret, whichever request it answered', () => {
  const errors = replies.filter(({ status }) => status >= 400)
  assert.ok(errors.length > 500)
  for (const { text, asked, status } of errors)
    assert.deepEqual(leaksIn(text, secrets), [], `${asked} ${status} ${text}`)
})

test('no log line has a secret, and every request has its line', async () => {
  keepUpstreamTokens()
  await keepOtps()
  await product.send('GET', '/healthz')
  const lines = product.lines.join('\n')
  // What is hardly HTTP never becomes a request and has no id.
  const ids = replies.flatMap(({ headers }) => headers.get('X-Request-Id') ?? [])
  assert.ok(ids.length > 0.9 * replies.length)
  const logged = new Set([...lines.matchAll(/"request":"([^"]+)"/g)].map(([, id]) => id))
  assert.deepEqual(
    ids.filter((id) => !logged.has(id)),
    [],
  )
  assert.deepEqual(leaksIn(lines, secrets), [])
})

test('neither the database nor its log has a secret', async () => {
  const bytes = await atRest(product.folder)
  assert.ok(bytes.length > 50_000)
  assert.deepEqual(leaksIn(bytes, secrets), [])
})

test('the inbox and the trace do show them, so what is searched for is what was there', async () => {
  const inbox = JSON.stringify((await product.send('GET', `/sandbox/v1/messages?to=${person.mobile}`)).body)
  assert.ok(leaksIn(inbox, secrets).includes('mobile'))
  const trace = (await product.send('GET', '/sandbox/v1/trace')).text
  assert.ok(leaksIn(trace, secrets).includes('abha_address'))
})

test('a secret is found in every spelling', () => {
  const secret = new Map([['it', 'Zibanuxi 9701']])
  const bytes = Buffer.from('Zibanuxi 9701')
  for (const text of [
    bytes.toString(),
    ...['', 'a', 'ab', 'abc'].map((before) => Buffer.from(`${before}Zibanuxi 9701 and more`).toString('base64')),
    Buffer.from('??Zibanuxi 9701').toString('base64url'),
    bytes.toString('hex'),
    encodeURIComponent(bytes.toString()),
  ]) {
    assert.deepEqual(leaksIn(`before ${text} after`, secret), ['it'], text)
  }
  assert.deepEqual(leaksIn('Zibanuxo 9702', secret), [])
})
