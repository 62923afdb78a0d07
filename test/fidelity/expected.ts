import assert from 'node:assert/strict'
import { type Answer, at } from '../../src/emulator/testing.ts'
import type { Contract, Row } from './rows.ts'

/** What the contract promises of an answer: status, fields, their types, and how long its tokens live. */

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string'
const isCount = (value: unknown): boolean => Number.isInteger(value)
const isList = (value: unknown): boolean => Array.isArray(value)
const isGroup = (value: unknown): boolean => typeof value === 'object' && value !== null && !isList(value)
const isFlag = (value: unknown): boolean => typeof value === 'boolean'
const matches = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value)
const isNumber = matches(/^[0-9]{2}-[0-9]{4}-[0-9]{4}-[0-9]{4}$/)
const isJwt = matches(/^[\w-]+\.[\w-]+\.[\w-]+$/)

const types: { readonly [name: string]: (value: unknown) => boolean } = {
  txnId: matches(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
  message: isText,
  authResult: (value) => value === 'success',
  timestamp: matches(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
  accessToken: isJwt,
  tokenType: (value) => value === 'bearer',
  token: isJwt,
  refreshToken: isJwt,
  expiresIn: isCount,
  refreshExpiresIn: isCount,
  switchProfileEnabled: isFlag,
  isNew: isFlag,
  publicKey: isText,
  encryptionAlgorithm: (value) => value === 'RSA/ECB/OAEPWithSHA-1AndMGF1Padding',
  tokens: isGroup,
  keys: isList,
  users: isList,
  accounts: isList,
  abhaAddressList: isList,
  authMethods: isList,
  blockedAuthMethods: isList,
  phrAddress: isList,
  tags: isGroup,
  localizedDetails: isGroup,
  ABHAProfile: isGroup,
  phrDetails: isGroup,
  ABHANumber: isNumber,
  abhaNumber: isNumber,
  healthIdNumber: isNumber,
  preferredAbhaAddress: matches(/@sbx$/),
  abhaAddress: matches(/@sbx$/),
  status: matches(/^(ACTIVE|COMPLETE)$/),
  kycVerified: isFlag,
  mobileVerified: (value) => value === true || value === 'true',
  emailVerified: matches(/^(true|false)$/),
  kycStatus: matches(/^(VERIFIED|PENDING)$/),
  abhaLinkedCount: matches(/^[0-9]+$/),
  createdDate: matches(/^\d\d-\d\d-\d{4}$/),
  dateOfBirth: matches(/^\d\d-\d\d-\d{4}$/),
  gender: matches(/^[MFO]$/),
}
/** The rest of both profiles is text, and some of it nobody has. */
const typeOf = (name: string) => types[name] ?? isTextOrNull

const names = (text: string): string[] => text.split(' ')
const birth = 'yearOfBirth dayOfBirth monthOfBirth'
/** §12.1 and §13, which the operations file only names. */
const profiles: { readonly [named: string]: string[] } = {
  'ABHA profile': names(
    `ABHANumber preferredAbhaAddress mobile mobileVerified? firstName middleName lastName name ${birth} gender email? profilePhoto status stateCode districtCode pincode address kycPhoto stateName districtName subdistrictName townName? villageName? wardName? authMethods tags kycVerified verificationStatus verificationType localizedDetails createdDate phrAddress?`,
  ),
  'PHR profile': names(
    `abhaAddress fullName firstName middleName lastName ${birth} dateOfBirth gender email mobile abhaNumber? address stateName districtName pinCode stateCode districtCode authMethods status emailVerified mobileVerified kycStatus abhaLinkedCount profilePhoto?`,
  ),
}

const checkFields = (answer: Answer, fields: readonly string[], id: string): void => {
  for (const field of fields) {
    const path = field.replace('?', '')
    const value = at(answer, path)
    if (field.endsWith('?') && value === undefined) continue
    const name = path.split('.').at(-1) ?? ''
    // A search says nothing where nothing is wrong (§9.1).
    const isRight = name === 'message' && id.endsWith('.search') ? isTextOrNull : typeOf(name)
    assert.ok(isRight(value), `${id} ${path}: ${JSON.stringify(value)}`)
  }
}

/** A refresh token beside it makes a token final (§4). */
const checkLives = (answer: Answer, token: string, { seconds }: Contract): void => {
  if (token === 'gateway') {
    assert.equal(at(answer, 'expiresIn'), seconds.gateway_token)
    assert.equal(at(answer, 'refreshExpiresIn'), seconds.gateway_refresh)
    return
  }
  const group = at(answer, 'token') === undefined ? 'tokens.' : ''
  const isFinal = Boolean(at(answer, `${group}refreshToken`))
  const kinds = /transfer.*final|final.*transfer/.test(token) ? [true, false] : [token.startsWith('final')]
  assert.ok(kinds.includes(isFinal), `${token}, final: ${isFinal}`)
  assert.equal(at(answer, `${group}expiresIn`), isFinal ? seconds.x_token : seconds.t_token)
  if (isFinal) assert.equal(at(answer, `${group}refreshExpiresIn`), seconds.r_token)
  const [, claims = ''] = String(at(answer, `${group}token`)).split('.')
  const { iat, exp, typ } = JSON.parse(Buffer.from(claims, 'base64url').toString())
  assert.deepEqual([exp - iat, typ], isFinal ? [seconds.x_token, 'Transaction'] : [seconds.t_token, 'Transfer'])
}

export const checkAnswer = (answer: Answer, { op }: Row, contract: Contract): void => {
  const { status, body } = op.success
  assert.equal(answer.status, status[0], answer.text)
  if (op.token) checkLives(answer, op.token, contract)
  const named = String(body)
  const fields = Array.isArray(body) ? body : profiles[named]
  if (fields) checkFields(answer, fields, op.id)
  else if (named === 'image/png') {
    assert.equal(answer.headers['content-type'], 'image/png')
    assert.match(answer.text, /^.PNG\r\n/)
  } else if (named.startsWith('true (taken)')) {
    assert.deepEqual([answer.headers['content-type'], answer.text], ['application/octet-stream', 'true'])
  } else {
    const [, listed] = /^array of \{txnId, ABHA:\[\{(.*)\}\]\}$/.exec(named) ?? []
    assert.ok(listed, `${op.id}: "${named}" is not compared`)
    const [first] = body && (answer.body as any[])
    assert.ok(typeOf('txnId')(first.txnId))
    assert.deepEqual(Object.keys(first.ABHA[0]), listed.split(', '))
  }
}
