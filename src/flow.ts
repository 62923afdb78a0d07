import type { Caller, Named } from './clients.ts'
import type { Clock } from './clock.ts'
import { error } from './errors.ts'
import { newTimedId } from './ids.ts'
import { type Static, type TSchema, Type } from './schema.ts'
import type { Collection, Row, Store, Write } from './store/store.ts'

/** Flows: their states, their moves, how long they live, and the transaction that a client holds by its txn_id. */

type Moves = { readonly [state: string]: { readonly [step: string]: readonly string[] } }
export type Flow<Data extends TSchema = TSchema, M extends Moves = Moves> = {
  readonly name: string
  readonly data: Data
  /** state → step → the states that the step can lead to. A state without steps is the end. */
  readonly moves: M
  /** Lives of states that have one of their own; staying in such a state does not renew it. */
  readonly livesSeconds?: { readonly [state: string]: number | undefined }
}

export const flow = <Data extends TSchema, const M extends Moves>(
  name: string,
  declared: { data: Data; moves: M; livesSeconds?: { readonly [State in keyof M]?: number } },
): Flow<Data, M> => ({ name, ...declared })

// Spread over a union: a step that several flows take may lead to any state of any of them.
type StatesOf<M> = M extends Moves ? keyof M & string : never
type StepsOf<M> = M extends Moves ? { [State in keyof M]: keyof M[State] }[keyof M] & string : never
export type StepOf<F extends Flow> = StepsOf<F['moves']>

/** The OTP of a transaction: when it went out, how often again, how many tries it has seen, whether a lost answer may have used it up. */
export type OtpState = {
  readonly sentAt: number
  readonly resends: number
  readonly tries: number
  readonly mayBeUsed?: boolean
}

export type TxnBody = {
  readonly flow: string
  readonly state: string
  readonly clientId: string
  readonly workspace: string
  readonly named: Named
  readonly otp?: OtpState
  /** Every upstream transaction that this one has used, the present one last; the sandbox's trace finds exchanges by them. */
  readonly upstreamTxnIds: readonly string[]
  readonly data: unknown
}

export const txnRows: Collection<TxnBody> = {
  name: 'txn',
  body: Type.Object({
    flow: Type.String(),
    state: Type.String(),
    clientId: Type.String(),
    workspace: Type.String(),
    named: Type.Object({
      oid: Type.Optional(Type.String()),
      partnerPtId: Type.Optional(Type.String()),
      hipId: Type.Optional(Type.String()),
    }),
    otp: Type.Optional(
      Type.Object({
        sentAt: Type.Integer(),
        resends: Type.Integer(),
        tries: Type.Integer(),
        mayBeUsed: Type.Optional(Type.Boolean()),
      }),
    ),
    upstreamTxnIds: Type.Array(Type.String()),
    data: Type.Unknown(),
  }),
}

/** A transaction in a flow, as a step finds it. */
export type Txn<F extends Flow = Flow> = {
  readonly id: string
  readonly flow: F
  readonly state: StatesOf<F['moves']>
  readonly caller: Caller
  readonly named: Named
  readonly otp: OtpState | undefined
  readonly upstreamTxnId: string
  readonly data: Static<F['data']>
  readonly row: Row<TxnBody>
}

export type Change<F extends Flow> = {
  state?: StatesOf<F['moves']>
  data?: Static<F['data']>
  otp?: OtpState
  upstreamTxnId?: string
  also?: readonly Write[] | undefined
  /** A step that did its work renews the transaction's life. */
  renews?: boolean
}

/** How often the writes that go with a move may be refused. */
const blockedMax = 5

const given = (named: Named): Named =>
  Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined))

export type Flows = ReturnType<typeof createFlows>

export const createFlows = (store: Store, clock: Clock, lifeSeconds: number) => {
  const endOfLife = ({ livesSeconds }: Flow, state: string): number =>
    clock.now() + (livesSeconds?.[state] ?? lifeSeconds) * 1000

  const asTxn = <F extends Flow>(found: F, row: Row<TxnBody>, named: Named = row.body.named): Txn<F> => ({
    id: row.id,
    flow: found,
    state: row.body.state as StatesOf<F['moves']>,
    caller: { clientId: row.body.clientId, workspace: row.body.workspace },
    named,
    otp: row.body.otp,
    upstreamTxnId: row.body.upstreamTxnIds.at(-1) ?? '',
    data: row.body.data as Static<F['data']>,
    row,
  })

  const write = async <F extends Flow>(txn: Txn<F>, change: Change<F>): Promise<Txn<F> | undefined> => {
    const { upstreamTxnIds } = txn.row.body
    const { state = txn.state } = change
    const staysAsLong = state === txn.state && txn.flow.livesSeconds?.[state] !== undefined
    const isNewUpstreamTxn = change.upstreamTxnId !== undefined && change.upstreamTxnId !== txn.upstreamTxnId
    const row = await store.update(
      txnRows,
      txn.row,
      {
        ...txn.row.body,
        state,
        named: txn.named,
        data: change.data ?? txn.data,
        ...(change.otp && { otp: change.otp }),
        upstreamTxnIds: isNewUpstreamTxn ? [...upstreamTxnIds, change.upstreamTxnId ?? ''] : upstreamTxnIds,
      },
      {
        ...(change.renews && !staysAsLong && { expiresAt: endOfLife(txn.flow, state) }),
        ...(change.also && { also: change.also }),
      },
    )
    return row && asTxn(txn.flow, row)
  }

  return {
    /** Opens a transaction for the caller. */
    async begin<F extends Flow>(
      opened: F,
      caller: Caller,
      named: Named,
      start: { state: StatesOf<F['moves']>; data: Static<F['data']>; upstreamTxnId: string; otp?: OtpState },
    ): Promise<Txn<F>> {
      const row = await store.insert(
        txnRows,
        newTimedId(clock.now()),
        {
          flow: opened.name,
          state: start.state,
          clientId: caller.clientId,
          workspace: caller.workspace,
          named,
          ...(start.otp && { otp: start.otp }),
          upstreamTxnIds: [start.upstreamTxnId],
          data: start.data,
        },
        { expiresAt: endOfLife(opened, start.state) },
      )
      if (!row) throw error.internal()
      return asTxn(opened, row)
    },

    /**
     * The transaction, if this step may be taken now. Unknown, expired, finished and another client's are answered alike,
     * so that nobody learns of a stranger's transaction. Whom an earlier step named is remembered: this one may leave the
     * headers out, or say them anew (connect §4, rule 3). A step that several flows have is given all of them.
     */
    async at<F extends Flow>(
      wanted: F | readonly F[],
      { clientId, workspace, onlyOid }: Caller,
      txnId: string,
      step: StepOf<F>,
      named: Named = {},
    ): Promise<Txn<F>> {
      const row = await store.get(txnRows, txnId)
      if (!row || row.body.clientId !== clientId || row.body.workspace !== workspace) throw error.txnUnknown()
      if (onlyOid !== undefined && row.body.named.oid !== onlyOid) throw error.txnUnknown()
      const { state } = row.body
      if (state.endsWith('_end')) throw error.txnUnknown()
      const found = ('name' in wanted ? [wanted] : wanted).find(({ name }) => name === row.body.flow)
      if (!found?.moves[state]?.[step]) throw error.stepNotAllowed()
      return asTxn(found, row, { ...row.body.named, ...given(named) })
    },

    /**
     * Goes on to a state that `moves` allows for this step. Of two callers at once one wins; the other is told that its step
     * is over. A write that was lost to something else than a move (a counted try, a user that changed) is made again on what
     * is there now; that is why the writes that go with it come from a function. `unless` throws when what is there now forbids it.
     */
    async move<F extends Flow>(
      txn: Txn<F>,
      step: StepOf<F>,
      to: StatesOf<F['moves']>,
      change: Omit<Change<F>, 'state' | 'renews' | 'also'> & { unless?: (newest: Txn<F>) => void } = {},
      also?: () => Promise<readonly Write[]>,
    ): Promise<Txn<F>> {
      if (!txn.flow.moves[txn.state]?.[step]?.includes(to)) throw error.internal()
      const { unless, ...changed } = change
      let newest = txn
      // Losing to another write on the transaction is progress of somebody else; losing without one is not.
      for (let blocked = 0; blocked < blockedMax; ) {
        const moved = await write(newest, { data: txn.data, ...changed, also: await also?.(), state: to, renews: true })
        if (moved) return moved
        const lostTo = await this.again(newest, step)
        if (lostTo.state !== txn.state) throw error.stepNotAllowed()
        unless?.(lostTo)
        if (lostTo.row.revision === newest.row.revision) blocked++
        newest = lostTo
      }
      throw error.stepNotAllowed()
    },

    /** Writes down something about the transaction without taking the step; undefined when another caller was first. */
    amend<F extends Flow>(txn: Txn<F>, change: Omit<Change<F>, 'state'>): Promise<Txn<F> | undefined> {
      return write(txn, change)
    },

    /** Writes down what has happened upstream over whatever the transaction is by then: that must not be lost to another call. */
    async record<F extends Flow>(
      start: Txn<F>,
      step: StepOf<F>,
      change: (newest: Txn<F>) => Omit<Change<F>, 'state'>,
    ): Promise<Txn<F>> {
      for (let newest = start; ; newest = await this.again(newest, step)) {
        const written = await write(newest, change(newest))
        if (written) return written
      }
    },

    /** The same transaction as it is now; for a second look after losing a write. */
    async again<F extends Flow>(txn: Txn<F>, step: StepOf<F>): Promise<Txn<F>> {
      return this.at(txn.flow, txn.caller, txn.id, step, txn.named)
    },
  }
}
