import type { ClientId, TenantId } from '@liaison/access'
import { sql } from 'kysely'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { Window } from './rules.ts'
import { EVENT_COLUMNS, IN_ORDER_OF_THE_INDEX } from './store.ts'
import type { Position } from './store.ts'
import type { AuditTables } from './tables.ts'

/** What the calls of API clients are narrowed by. */
export interface CallFilters {
  readonly client_id?: ClientId | undefined
  readonly tenant_id?: TenantId | undefined
  readonly outcome?: readonly ('allowed' | 'denied' | 'error')[] | undefined
  readonly code?: string | undefined
  readonly request_id?: string | undefined
}

/** What one page of calls is read with. */
export interface CallQuestion {
  readonly filters: CallFilters
  readonly window: Window
  readonly after: Position | null
  readonly limit: number
}

function calls(mandate: Mandate<'program'>, { filters, window, after }: CallQuestion) {
  const { client_id: client, tenant_id: tenant, outcome, code, request_id: request } = filters
  return (
    tables<AuditTables>(mandate)
      .selectFrom('audit_scope as s')
      .innerJoin('audit_event as e', (join) =>
        join.onRef('e.id', '=', 's.event_id').onRef('e.occurred_at', '=', 's.occurred_at'),
      )
      // The row policy of clients shows a partner its own: an event of anybody else's client joins none.
      .innerJoin('api_client as c', 'c.id', 'e.actor_id')
      .where('s.kind', '=', 'partner')
      .where('s.scope_id', '=', mandate.partner.id)
      .where('e.actor_type', '=', 'client')
      .where('s.occurred_at', '>=', window.from)
      .where('s.occurred_at', '<', window.to)
      .$if(client !== undefined, (query) => query.where('e.actor_id', '=', client ?? null))
      .$if(tenant !== undefined, (query) => query.where('e.tenant_id', '=', tenant ?? null))
      .$if(outcome !== undefined, (query) => query.where('e.outcome', 'in', outcome ?? []))
      .$if(code !== undefined, (query) => query.where('e.code', '=', code ?? null))
      .$if(request !== undefined, (query) => query.where('e.request_id', '=', request ?? null))
      .$if(after !== null, (query) =>
        query.where(
          sql<boolean>`(s.occurred_at, s.event_id) < (${after?.at}::timestamptz, ${after?.id}::uuid)`,
        ),
      )
  )
}

/** What the partner's own API clients did and were refused, newest first; one row more than the limit says that there are older ones. */
export async function readClientCalls(mandate: Mandate<'program'>, question: CallQuestion) {
  await runStatements(mandate, [IN_ORDER_OF_THE_INDEX])
  return calls(mandate, question)
    .select([
      ...EVENT_COLUMNS,
      'e.method',
      'e.route',
      'c.id as client_id',
      'c.name as client_name',
      'c.environment',
      sql<number | null>`s.row_count`.as('row_count'),
      sql<string>`e.occurred_at::text`.as('at'),
    ])
    .orderBy('s.occurred_at', 'desc')
    .orderBy('s.event_id', 'desc')
    .limit(question.limit + 1)
    .execute()
}

export type CallRow = Awaited<ReturnType<typeof readClientCalls>>[number]
