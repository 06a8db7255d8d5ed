import './risk-words.ts'
import { readBody } from '@liaison/client'
import type { RiskRule } from '@liaison/client'
import { Button } from '@mantine/core'
import { useState } from 'react'

import { fact, Facts, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { formatDate } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { RuleDialog } from './rule-dialog.tsx'

function showSetting(value: unknown): string {
  if (Array.isArray(value))
    return value.length === 0 ? t('risk_rules.setting_none') : value.map(String).join(', ')
  return String(value)
}

function Since({ rule }: { rule: RiskRule }) {
  if (rule.set_at === null) return <p className="small muted">{t('risk_rules.as_it_comes')}</p>
  return (
    <p className="small muted">
      {t('risk_rules.set_by', {
        version: String(rule.version),
        name: rule.set_by_name ?? '',
        date: formatDate(rule.set_at) ?? '',
        reason: rule.reason ?? '',
      })}
    </p>
  )
}

function RulePanel({ rule, onChange }: { rule: RiskRule; onChange: (() => void) | null }) {
  return (
    <Panel title={tValue('risk_rule', rule.rule)}>
      <div className="stack tight">
        <p>{tValue('risk_rule_about', rule.rule)}</p>
        <Facts
          facts={[
            fact(t('risk_rules.effect'), <StatusChip family="risk_outcome" value={rule.effect} />),
            ...Object.entries(rule.settings).map(([name, value]) =>
              fact(tValue('risk_setting', name), showSetting(value)),
            ),
          ]}
        />
        <Since rule={rule} />
        {onChange !== null && (
          <div className="row">
            <Button variant="default" onClick={onChange}>
              {t('risk_rules.change')}…
            </Button>
          </div>
        )}
      </div>
    </Panel>
  )
}

/** What is looked for in sign-ups, and what happens then. */
export function RulesPage() {
  const mayChange = useMay('platform.risk.resolve')
  const [open, setOpen] = useState<RiskRule | null>(null)
  const rules = useRead(['risk', 'rules'], (frame, signal) =>
    readBody(frame.client.GET('/admin/risk-rules', { signal })),
  )
  return (
    <Page
      title={t('risk_rules.title')}
      lead={t('risk_rules.lead')}
      back={{ to: platformPlaces.riskCases(), label: t('risk.title') }}
    >
      <Answer query={rules} lines={10}>
        {({ items }) => (
          <div className="stack">
            {items.map((rule) => (
              <RulePanel key={rule.rule} rule={rule} onChange={mayChange ? () => setOpen(rule) : null} />
            ))}
          </div>
        )}
      </Answer>
      {open !== null && <RuleDialog rule={open} onClose={() => setOpen(null)} />}
    </Page>
  )
}
