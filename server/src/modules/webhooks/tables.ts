import type { Generated } from 'kysely'
import type { DeliveryStatus } from '#platform/outgoing/attempts.ts'

export type DisabledReason = 'by_owner' | 'gone' | 'failing' | 'leaked'

interface EndpointTable {
  id: Generated<string>
  partner_id: string | null
  tenant_id: string | null
  url: string
  description: string | null
  event_types: string[]
  status: Generated<'active' | 'disabled'>
  disabled_reason: DisabledReason | null
  disabled_at: Date | null
  verified_at: Generated<Date | null>
  version: Generated<number>
  created_by: string
  created_by_name: string
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

interface SecretTable {
  id: string
  endpoint_id: string
  sealed_secret: Buffer
  digest: Buffer | null
  sealed_signing_key: Buffer | null
  public_key: Buffer | null
  created_at: Generated<Date>
  ends_at: Date | null
}

interface HealthTable {
  endpoint_id: string
  failing_since: Date | null
  last_success_at: Date | null
  last_failure_at: Date | null
}

interface DeliveryTable {
  id: Generated<string>
  endpoint_id: string
  event_id: string
  event_type: string
  occurred_at: Date
  data: Record<string, unknown>
  status: Generated<DeliveryStatus>
  attempt: Generated<number>
  next_attempt_at: Generated<Date>
  claimed_until: Date | null
  response_code: number | null
  outcome: string | null
  duration_ms: number | null
  response_excerpt: string | null
  created_at: Generated<Date>
  finished_at: Date | null
}

export interface WebhookTables {
  webhook_endpoint: EndpointTable
  webhook_secret: SecretTable
  webhook_health: HealthTable
  webhook_delivery: DeliveryTable
}
