import { NativeSelect, Textarea } from '@mantine/core'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { t, tValue } from '../../platform/words.ts'

/** Which roles a kind of relationship may ask for; the server decides, this only keeps the form short. */
const rolesOf = {
  msp_managed: ['msp_full', 'msp_billing', 'msp_support', 'delegate'],
  enterprise_subsidiary: ['enterprise_hq', 'auditor', 'delegate'],
  reseller_channel: ['reseller', 'delegate'],
  audit_only: ['auditor'],
} as const

const relationships = ['msp_managed', 'enterprise_subsidiary', 'reseller_channel', 'audit_only'] as const
const durations = ['90', '180', '365', '730'] as const
const messageLeast = 10

type Relationship = (typeof relationships)[number]

/** A kind of relationship that a request can name. */
export function relationshipOf(word: string): Relationship {
  return relationships.find((kind) => kind === word) ?? 'msp_managed'
}

/** What a tenant is asked for, whoever it is. */
export type AskedTerms = {
  relationship: Relationship
  role: string
  days: string
  message: string
}

export const blankTerms: AskedTerms = {
  relationship: 'msp_managed',
  role: 'msp_support',
  days: '365',
  message: '',
}

/** What stops a request before it is sent. */
export function checkTerms({ message }: AskedTerms): FormError[] {
  return message.trim().length < messageLeast ? [{ field: 'message', text: t('request.message_short') }] : []
}

type FieldsProps = {
  draft: AskedTerms
  errors: readonly FormError[]
  onDraft: (change: Partial<AskedTerms>) => void
  /** How the role and the message are asked for; by itself as a partner is asked. */
  asks?: { role: string; message: string }
}

const toPartner = () => ({ role: t('request.role'), message: t('request.message_about') })

function RoleFields({ draft, onDraft, asks = toPartner() }: Omit<FieldsProps, 'errors'>) {
  return (
    <>
      <NativeSelect
        id="relationship_type"
        label={t('request.relationship')}
        value={draft.relationship}
        onChange={(event) => {
          const next = relationshipOf(event.currentTarget.value)
          onDraft({ relationship: next, role: rolesOf[next][0] })
        }}
      >
        {relationships.map((kind) => (
          <option key={kind} value={kind}>
            {tValue('relationship', kind)}
          </option>
        ))}
      </NativeSelect>
      <fieldset className="stack tight">
        <legend>{asks.role}</legend>
        {rolesOf[draft.relationship].map((role) => (
          <label key={role} className="choice">
            <input
              type="radio"
              name="access_role"
              checked={draft.role === role}
              onChange={() => onDraft({ role })}
            />
            {tValue('role', role)}
            <span className="muted">{tValue('role_about', role)}</span>
          </label>
        ))}
      </fieldset>
    </>
  )
}

/** The role, the time and the reason of a request. */
export function AskFields({ errors, ...fields }: FieldsProps) {
  const { draft, onDraft, asks = toPartner() } = fields
  const known: readonly string[] = durations
  return (
    <>
      <RoleFields {...fields} />
      <NativeSelect
        id="duration_days"
        label={t('request.duration')}
        value={draft.days}
        onChange={(event) => onDraft({ days: event.currentTarget.value })}
      >
        {[...(known.includes(draft.days) ? [] : [draft.days]), ...durations].map((days) => (
          <option key={days} value={days}>
            {t('request.duration_option', { days })}
          </option>
        ))}
      </NativeSelect>
      <Textarea
        id="message"
        label={t('request.message')}
        description={asks.message}
        rows={3}
        maxLength={1000}
        value={draft.message}
        error={errorOf(errors, 'message')}
        onChange={(event) => onDraft({ message: event.currentTarget.value })}
      />
    </>
  )
}
