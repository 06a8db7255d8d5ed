import type { LinkRole } from '@liaison/access'
import type { ColumnType, Generated } from 'kysely'

export const SCREENS = ['board', 'links', 'invoices', 'tickets', 'alerts'] as const
export type Screen = (typeof SCREENS)[number]

/** How a person looks at a screen. */
export interface ViewSettings {
  readonly filters: Readonly<Record<string, string>>
  readonly columns: readonly string[]
  readonly sort: string | null
}

/** The tables of this module and what its queries read of others. */
export interface PortfolioTables {
  tenant_group: {
    id: Generated<string>
    partner_id: string
    name: string
    description: string | null
    kind: 'all' | 'chosen'
    version: Generated<number>
    created_by: string
    created_by_name: string
    created_at: Generated<Date>
    updated_at: Generated<Date>
  }
  tenant_group_entry: {
    group_id: string
    partner_id: string
    tenant_id: string
    effect: 'include' | 'exclude'
  }
  tenant_of_group: { group_id: string; partner_id: string; tenant_id: string }
  partner_team: {
    id: Generated<string>
    partner_id: string
    name: string
    description: string | null
    version: Generated<number>
    created_by: string
    created_by_name: string
    created_at: Generated<Date>
    updated_at: Generated<Date>
  }
  team_member: {
    team_id: string
    partner_id: string
    member_id: string
    added_by: string
    added_at: Generated<Date>
  }
  team_grant: {
    id: Generated<string>
    team_id: string
    partner_id: string
    link_id: string | null
    group_id: string | null
    role: LinkRole | null
    ends_at: Date | null
    granted_by: string
    granted_at: Generated<Date>
  }
  saved_view: {
    id: Generated<string>
    partner_id: string
    person_id: string
    screen: Screen
    name: string
    settings: ColumnType<ViewSettings, string, string>
    is_default: boolean
    version: Generated<number>
    created_at: Generated<Date>
    updated_at: Generated<Date>
  }
  tenant_pin: { person_id: string; partner_id: string; tenant_id: string; pinned_at: Generated<Date> }
  partner_member: { id: string; partner_id: string; person_id: string; role: string; status: string }
  tenant: { id: string; name: string; slug: string }
}
