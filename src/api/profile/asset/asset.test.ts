import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import jsqr from 'jsqr'
import { PNG } from 'pngjs'
import { registration } from '../../../../test/flow-steps.ts'
import { type Product, startProduct } from '../../../../test/harness.ts'
import { addCitizen, type Citizen, kycAddress } from '../../../../test/people.ts'
import { assertRefused, type Client, freshAddress, paths, refusals, register } from '../../../../test/walks.ts'
import { createCaller } from '../../../emulator/testing.ts'
import { userRows } from '../../../people.ts'

/** The card is a picture that a phone can read, and its code says what `asset/qr` says, whoever the person is. */

let product: Product
let client: Client
before(async () => {
  // The first card loads fonts, which a busy machine takes its time over.
  product = await startProduct({ ABDM_ANSWER_TIMEOUT_MS: '20000' })
  client = await product.client()
})
after(() => product.stop())

const qrPath = `${paths.profile}/asset/qr`
const cardPath = `${paths.profile}/asset/card`
const as = (oid: string) => ({ headers: { 'X-Pt-Id': oid } })

const bytesOf = async (oid: string): Promise<Buffer> => {
  const reply = await fetch(product.origin + cardPath, {
    headers: { Authorization: `Bearer ${client.token}`, 'X-Pt-Id': oid },
  })
  assert.equal(reply.status, 200)
  assert.equal(reply.headers.get('content-type'), 'image/png')
  return Buffer.from(await reply.arrayBuffer())
}
const contentOf = async (oid: string): Promise<Record<string, unknown>> => {
  const reply = await client.get(qrPath, as(oid))
  assert.equal(reply.status, 200, reply.text)
  return reply.body
}
const decoded = (png: Buffer): unknown => {
  const { data, width, height } = PNG.sync.read(png)
  assert.ok(width >= 600 && height >= 300)
  const code = jsqr.default(new Uint8ClampedArray(data), width, height)
  assert.ok(code, 'no code is readable on the card')
  return JSON.parse(code.data)
}
const plainPhoto = () => {
  const colour = [200, 16, 96]
  const png = new PNG({ width: 60, height: 60 })
  for (let at = 0; at < png.data.length; at += 4) png.data.set([...colour, 255], at)
  return { photo: PNG.sync.write(png).toString('base64'), colour }
}
const loggedIn = async ({ abha_addresses, mobile }: Citizen): Promise<string> => {
  const login = '/abdm/na/v1/profile/login'
  const { txn_id } = (await client.post(`${login}/init`, { method: 'phr_address', identifier: abha_addresses[0] })).body
  const { body } = await client.post(`${login}/verify`, { txn_id, otp: await product.otpTo(mobile ?? '') })
  return body.eka.oid
}
const byAadhaar = async (citizen: Citizen): Promise<string> => {
  const aadhaar = `${registration}/aadhaar`
  const { txn_id } = (await client.post(`${aadhaar}/init`, { aadhaar_number: citizen.aadhaar_number })).body
  const otp = await product.otpTo(citizen.mobile ?? '')
  await client.post(`${aadhaar}/verify`, { txn_id, otp, mobile: citizen.mobile })
  return (await client.post(`${aadhaar}/create-phr`, { txn_id, abha_address: freshAddress() })).body.eka.oid
}

const scripts: readonly (readonly [script: string, first_name: string, last_name: string])[] = [
  ['Latin', 'Asha', 'Rao'],
  ['Devanagari', 'श्रीकृष्ण', 'क्षीरसागर'],
  ['Bengali', 'শ্রীজিৎ', 'বন্দ্যোপাধ্যায়'],
  ['Tamil', 'ஸ்ரீனிவாசன்', 'கிருஷ்ணமூர்த்தி'],
  ['Telugu', 'శ్రీనివాస్', 'రెడ్డి'],
  ['Malayalam', 'ശ്രീജിത്ത്', 'നമ്പൂതിരി'],
  ['Gurmukhi', 'ਗੁਰਪ੍ਰੀਤ', 'ਸਿੰਘ'],
  ['Gujarati', 'હેતલ', 'પટેલ'],
  ['Kannada', 'ಶ್ರೀಕಾಂತ್', 'ಗೌಡ'],
  ['Odia', 'ଶ୍ରୀକାନ୍ତ', 'ମହାପାତ୍ର'],
]

for (const [script, first_name, last_name] of scripts) {
  test(`the code on the card of a name in ${script} is what asset/qr answers`, async () => {
    const citizen = await addCitizen(product, { ...kycAddress(), first_name, last_name })
    const oid = await loggedIn(citizen)
    const content = await contentOf(oid)
    assert.equal(content.name, `${first_name} ${last_name}`)
    assert.deepEqual(decoded(await bytesOf(oid)), content)
  })
}

test('the content is flat text under the published keys, for a session of either service', async () => {
  const citizen = await addCitizen(product, {
    ...kycAddress(),
    pincode: '834001',
    first_name: 'Asha',
    last_name: 'Rao',
  })
  const [address] = citizen.abha_addresses
  const pad = (part: number | null): string => String(part).padStart(2, '0')
  const content = await contentOf(await loggedIn(citizen))
  assert.deepEqual(content, {
    hidn: citizen.abha_number,
    hid: address,
    phr: address,
    name: 'Asha Rao',
    gender: citizen.gender,
    dob: `${pad(citizen.day_of_birth)}-${pad(citizen.month_of_birth)}-${citizen.year_of_birth}`,
    mobile: citizen.mobile,
    address: '1 Namuna Street',
    'state name': 'Jharkhand',
    'dist name': 'Ranchi',
    district_name: 'Ranchi',
    statelgd: '20',
    distlgd: '339',
  })
  const fresh = await byAadhaar(await addCitizen(product, {}))
  assert.deepEqual(decoded(await bytesOf(fresh)), await contentOf(fresh))
})

for (const [script, letters] of [
  ['Latin', 'Wolfeschlegelsteinhausenbergerdorff'],
  ['Devanagari', 'श्रीकृष्णक्षीरसागरविश्वनाथन'],
  // Four bytes a letter: the most that a code can have to hold.
  ['Brahmi', '𑀓𑀔𑀕𑀖𑀗𑀘𑀙𑀚𑀛𑀜'],
] as const) {
  test(`the longest names and address that there can be, in ${script}, have a card and a code`, async () => {
    const name = [...letters.repeat(12)].slice(0, 99).join('')
    const names = { first_name: name, middle_name: name, last_name: name }
    const oid = await loggedIn(await addCitizen(product, { ...kycAddress(), ...names }))
    const address = [...`${letters} `.repeat(30)].slice(0, 255).join('').trim()
    const patched = await client.call('PATCH', paths.profile, { ...as(oid), body: { address } })
    assert.equal(patched.status, 204, patched.text)
    const content = await contentOf(oid)
    assert.equal(content.name, `${name} ${name} ${name}`)
    assert.equal(content.address, address)
    assert.deepEqual(decoded(await bytesOf(oid)), content)
  })
}

test('without KYC there is a card too, without an ABHA number', async () => {
  const { oid, abhaAddress } = await register(product, client)
  const content = await contentOf(oid)
  assert.equal('hidn' in content, false)
  assert.equal(content.phr, abhaAddress)
  assert.ok(Object.values(content).every((value) => typeof value === 'string'))
  assert.deepEqual(decoded(await bytesOf(oid)), content)
})

test('json is the only format, and the default', async () => {
  const { oid } = await register(product, client)
  const plain = await client.get(qrPath, as(oid))
  for (const query of ['?format=json', '?format=', `?format=json&oid=${oid}`]) {
    assert.deepEqual((await client.get(qrPath + query, as(oid))).body, plain.body, query)
  }
  assertRefused(await client.get(`${qrPath}?format=png`, as(oid)), { ...refusals.field, message: /^format / })
})

test('an error of the card is JSON with its status', async () => {
  const { oid } = await register(product, client)
  assertRefused(await client.get(cardPath), { status: 400 })
  assertRefused(await client.get(cardPath, as('179999999999999')), refusals.unknown)
  for (const [fault, status] of [
    [{ mode: 'html', status: 200 }, 502],
    [{ mode: 'truncated', status: 200 }, 502],
    [{ mode: 'empty', status: 200 }, 502],
    [{ mode: 'error', status: 500, code: 'ABDM-1019' }, 500],
  ] as const) {
    await product.fault({ operation: 'phr.profile.card', times: 9, ...fault })
    const reply = await client.get(cardPath, as(oid))
    product.calm()
    assertRefused(reply, { status }, JSON.stringify(fault))
  }
  await product.advance(16 * 86_400)
  await client.relogin()
  for (const path of [cardPath, qrPath]) assertRefused(await client.get(path, as(oid)), { status: 491 })
})

test('a photo stands on the card beside a code that is what asset/qr answers', async () => {
  const oid = await loggedIn(await addCitizen(product, kycAddress()))
  const plain = PNG.sync.read(await bytesOf(oid))
  const { photo, colour } = plainPhoto()
  // Connect cannot change a photo (connect §7.8): the person does it in an app of ABDM's.
  const token = (await product.services.store.get(userRows, oid))?.body.session?.token
  assert.ok(product.emulator && token)
  const app = createCaller(product.emulator, product.clock)
  await app.signIn()
  const headers = { 'X-token': `Bearer ${token}` }
  const { body } = await app.send('phr-app', 'GET', '/login/profile', undefined, headers)
  const { firstName, middleName, lastName, dayOfBirth, monthOfBirth, yearOfBirth, gender, ...rest } = body as any
  const { address, stateName, stateCode, districtName, districtCode, pinCode, mobile } = rest
  const names = { firstName, middleName, lastName, dayOfBirth, monthOfBirth, yearOfBirth, gender }
  const place = { address, stateName, stateCode, districtName, districtCode, pinCode }
  const wish = { ...names, ...place, mobile, profilePhoto: photo }
  const updated = await app.send('phr-app', 'POST', '/login/profile/updateProfile', wish, headers)
  app.close()
  assert.equal(updated.status, 200, updated.text)

  assert.equal((await client.get(paths.profile, as(oid))).body.profile_photo, photo)
  const bytes = await bytesOf(oid)
  const pixelOf = ({ data, width }: PNG) => [...data.subarray((300 * width + 168) * 4).subarray(0, 3)]
  assert.deepEqual(pixelOf(PNG.sync.read(bytes)), colour)
  assert.notDeepEqual(pixelOf(plain), colour)
  assert.deepEqual(decoded(bytes), await contentOf(oid))
})
