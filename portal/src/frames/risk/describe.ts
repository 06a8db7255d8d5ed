import './risk-words.ts'
import type { RiskCase } from '@liaison/client'

import { formatDateTime } from '../../platform/format.ts'
import { t } from '../../platform/words.ts'

type Subject = { partner_name: string; tenant_name: string | null }

/** Whom a check is about, in one line. */
export function subjectOf({ partner_name: partner, tenant_name: tenant }: Subject): string {
  return tenant === null ? partner : t('risk.subject_tenant', { tenant, partner })
}

/** One fact of the evidence as people read it. */
export function describeFact(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(', ')
  if (name === 'seen_at' && typeof value === 'string') return formatDateTime(value) ?? value
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

export type Finding = RiskCase['evidence'][number]
