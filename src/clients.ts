import { createSigner, createVerifier, TokenError } from 'fast-jwt'
import type { Clock } from './clock.ts'
import { error } from './errors.ts'
import { newSecret, newUuid, sameText, sha256 } from './ids.ts'
import { userRows } from './people.ts'
import { Type } from './schema.ts'
import { type Collection, inserting, type Store } from './store/store.ts'

/** API clients and their tokens. */

/** Who calls. Users and transactions belong to the workspace; it is the client's own unless it logged in with a sharing key. */
export type Caller = {
  readonly clientId: string
  readonly workspace: string
  /** Present with a user-scoped token: the one user that it may act for. */
  readonly onlyOid?: string
}

/** Whom the call is about, as the caller named them (connect §4). */
export type Named = {
  readonly oid?: string | undefined
  readonly partnerPtId?: string | undefined
  readonly hipId?: string | undefined
}

export type Endpoint = { url: string; signingKey?: string }
type Client = {
  clientId: string
  secretHash: string
  workspace: string
  sharingKeyHashes: string[]
  /** Where this client's events go. */
  webhook?: Endpoint
}
type RefreshToken = { clientId: string; workspace: string; isReplaced: boolean }
type LongLivedToken = { clientId: string; workspace: string }

const isText = Type.String()

export const clientRows: Collection<Client> = {
  name: 'client',
  body: Type.Object({
    clientId: isText,
    secretHash: isText,
    workspace: isText,
    sharingKeyHashes: Type.Array(isText),
    webhook: Type.Optional(Type.Object({ url: isText, signingKey: Type.Optional(isText) })),
  }),
  lookups: { sharingKey: { unique: true, values: (client) => client.sharingKeyHashes } },
}
/** The id of a row is the SHA-256 of the token. */
export const refreshTokenRows: Collection<RefreshToken> = {
  name: 'refresh_token',
  body: Type.Object({ clientId: isText, workspace: isText, isReplaced: Type.Boolean() }),
}
export const longLivedTokenRows: Collection<LongLivedToken> = {
  name: 'long_lived_token',
  body: Type.Object({ clientId: isText, workspace: isText }),
}

const accessSeconds = 1_800
const refreshSeconds = 2_592_000
/** Two processes that share a refresh token do not lock each other out (connect §3). */
const replacedSeconds = 60
const verifiedMax = 10_000

export type TokenPair = { access_token: string; refresh_token: string; expires_in: number; refresh_expires_in: number }

type Claims = { typ: 'access' | 'user' | 'long'; sub: string; cid: string; ws: string; exp?: number; jti: string }

export type Clients = ReturnType<typeof createClients>

export const createClients = (store: Store, clock: Clock, signingKey: Buffer) => {
  const sign = createSigner({ key: signingKey, algorithm: 'HS256', noTimestamp: true })
  // Expiry is judged below, by the product's own clock.
  const verify = createVerifier({ key: signingKey, algorithms: ['HS256'], ignoreExpiration: true })
  /** Claims of tokens whose signature was found right; a library's cache would hash the token at every call. */
  const verified = new Map<string, Claims>()
  const nowSeconds = () => Math.floor(clock.now() / 1000)

  const accessToken = (clientId: string, workspace: string): string =>
    sign({
      typ: 'access',
      sub: clientId,
      cid: clientId,
      ws: workspace,
      iat: nowSeconds(),
      exp: nowSeconds() + accessSeconds,
      jti: newUuid(),
    })

  const newPair = (clientId: string, workspace: string) => {
    const refreshToken = newSecret()
    const pair: TokenPair = {
      access_token: accessToken(clientId, workspace),
      refresh_token: refreshToken,
      expires_in: accessSeconds,
      refresh_expires_in: refreshSeconds,
    }
    const row = {
      id: sha256(refreshToken),
      body: { clientId, workspace, isReplaced: false },
      expiresAt: clock.now() + refreshSeconds * 1000,
    }
    return { pair, row }
  }

  const readClaims = (token: string): Claims => {
    const known = verified.get(token)
    if (known) return known
    try {
      const claims: Claims = verify(token)
      if (verified.size >= verifiedMax) verified.clear()
      verified.set(token, claims)
      return claims
    } catch (cause) {
      if (cause instanceof TokenError) throw error.tokenInvalid({ cause })
      throw cause
    }
  }

  return {
    /** The secret pair for a token pair. A wrong id, a wrong secret and an unknown sharing key are answered alike. */
    async login(clientId: string, clientSecret: string, sharingKey: string | undefined): Promise<TokenPair> {
      const client = (await store.get(clientRows, clientId))?.body
      if (!client || !sameText(client.secretHash, sha256(clientSecret))) throw error.clientUnknown()
      const owner =
        sharingKey === undefined ? undefined : (await store.find(clientRows, 'sharingKey', sha256(sharingKey)))[0]
      if (sharingKey !== undefined && !owner) throw error.clientUnknown()
      const { pair, row } = newPair(clientId, owner?.body.workspace ?? client.workspace)
      await store.insert(refreshTokenRows, row.id, row.body, { expiresAt: row.expiresAt })
      return pair
    },

    /** A new pair; the old refresh token stays good for a minute. `clientId`, when the caller says it, must be its own. */
    async refresh(refreshToken: string, clientId: string | undefined): Promise<TokenPair> {
      const id = sha256(refreshToken)
      const old = await store.get(refreshTokenRows, id)
      if (!old || (clientId !== undefined && clientId !== old.body.clientId)) throw error.refreshTokenInvalid()
      const { pair, row } = newPair(old.body.clientId, old.body.workspace)
      const kept = old.body.isReplaced
        ? undefined
        : await store.update(
            refreshTokenRows,
            old,
            { ...old.body, isReplaced: true },
            {
              expiresAt: clock.now() + replacedSeconds * 1000,
              also: [inserting(refreshTokenRows, row.id, row.body, row.expiresAt)],
            },
          )
      // Replaced before, or just now by another caller: still inside its minute, so this caller gets a pair as well.
      if (!kept) await store.insert(refreshTokenRows, row.id, row.body, { expiresAt: row.expiresAt })
      return pair
    },

    /** The caller behind a bearer token. */
    async authenticate(token: string): Promise<Caller> {
      const { typ, sub, cid, ws, exp, jti } = readClaims(token)
      if (exp !== undefined && exp <= clock.now() / 1000) throw error.tokenInvalid()
      if (typ === 'long' && !(await store.get(longLivedTokenRows, jti))) throw error.tokenInvalid()
      if (typ === 'user' && (await store.get(userRows, sub))?.body.workspace !== ws) throw error.tokenInvalid()
      return typ === 'user' ? { clientId: cid, workspace: ws, onlyOid: sub } : { clientId: cid, workspace: ws }
    },

    /** `eka.min_token`: the bearer of one user; it ends with the user, too. */
    userToken({ clientId, workspace }: Caller, oid: string): string {
      return sign({
        typ: 'user',
        sub: oid,
        cid: clientId,
        ws: workspace,
        iat: nowSeconds(),
        exp: nowSeconds() + accessSeconds,
        jti: newUuid(),
      })
    },

    /** A bearer without an end, for an operator to hand out; it works until its row is taken. */
    async longLivedToken(clientId: string): Promise<string | undefined> {
      const client = (await store.get(clientRows, clientId))?.body
      if (!client) return undefined
      const jti = newUuid()
      await store.insert(longLivedTokenRows, jti, { clientId, workspace: client.workspace })
      return sign({ typ: 'long', sub: clientId, cid: clientId, ws: client.workspace, iat: nowSeconds(), jti })
    },

    /** Lets others act in this client's workspace by logging in with the key. */
    async sharingKey(clientId: string): Promise<string | undefined> {
      const client = await store.get(clientRows, clientId)
      if (!client) return undefined
      const key = newSecret()
      const sharingKeyHashes = [...client.body.sharingKeyHashes, sha256(key)]
      return (await store.update(clientRows, client, { ...client.body, sharingKeyHashes })) && key
    },

    async webhook(clientId: string): Promise<Endpoint | undefined> {
      return (await store.get(clientRows, clientId))?.body.webhook
    },

    /** Sets, or with nothing takes away, where the events of a client go; false when there is no such client. */
    async setWebhook(clientId: string, endpoint: Endpoint | undefined): Promise<boolean> {
      for (;;) {
        const client = await store.get(clientRows, clientId)
        if (!client) return false
        const { webhook: _, ...rest } = client.body
        if (await store.update(clientRows, client, endpoint ? { ...rest, webhook: endpoint } : rest)) return true
      }
    },

    /** No client's events go anywhere any more. Sandbox only. */
    async takeWebhooks(): Promise<void> {
      for (const { id } of await store.list(clientRows)) await this.setWebhook(id, undefined)
    },

    /** Adds a client; false when the id is taken. */
    async add(clientId: string, clientSecret: string): Promise<boolean> {
      const client = { clientId, secretHash: sha256(clientSecret), workspace: clientId, sharingKeyHashes: [] }
      return (await store.insert(clientRows, clientId, client)) !== undefined
    },

    async has(clientId: string): Promise<boolean> {
      return (await store.get(clientRows, clientId)) !== undefined
    },
  }
}
