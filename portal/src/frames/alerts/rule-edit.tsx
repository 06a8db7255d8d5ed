import { readBody } from '@liaison/client'
import type { AlertRule } from '@liaison/client'
import { useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { Levels, Telling, toKind } from './rule-form.tsx'
import type { Default, Draft } from './rule-form.tsx'

/** What a rule says, as the form holds it. */
const draftOf = (rule: AlertRule): Draft => ({
  type: toKind(rule.type),
  target: '',
  warning: rule.warning,
  critical: rule.critical,
  channels: rule.channels,
  digest: rule.digest,
})

type Changed = Partial<Pick<AlertRule, 'is_enabled' | 'warning' | 'critical' | 'channels' | 'digest'>>

/** Changes what a rule says; refused when somebody else has changed it since it was read. */
export function useRuleChange(rule: AlertRule, onDone: () => void) {
  return useWrite((change: Changed, { client }) => {
    const { is_enabled, warning, critical, channels, digest } = { ...rule, ...change }
    return readBody(
      client.PUT('/partner/alert-rules/{rule_id}', {
        params: { path: { rule_id: rule.rule_id } },
        headers: { 'If-Match': `"v${rule.version}"` },
        body: { is_enabled, warning, critical, channels, digest },
      }),
    )
  }, onDone)
}

type EditProps = { rule: AlertRule; name: string; target: string; known: Default | undefined }

/** Changes the levels of a rule and how it is told, in place; for whom it holds stays. */
export function EditButton({ rule, name, target, known }: EditProps) {
  const [draft, setDraft] = useState<Draft | null>(null)
  const write = useRuleChange(rule, () => {
    setDraft(null)
    showToast(t('alert_rules.turned'))
  })
  const onDraft = (change: Partial<Draft>) => setDraft((before) => before && { ...before, ...change })
  return (
    <>
      <button type="button" className="row-tool" onClick={() => setDraft(draftOf(rule))}>
        {t('alert_rules.change')}…
      </button>
      <Ask
        opened={draft !== null}
        title={t('alert_rules.change_title', { rule: name })}
        act={t('alert_rules.change_act')}
        keep={t('alert_rules.change_keep')}
        isBusy={write.isPending}
        error={write.error}
        onKeep={() => setDraft(null)}
        onAct={() => {
          if (draft === null) return
          const { warning, critical, channels, digest } = draft
          write.mutate({ warning, critical, channels, digest })
        }}
      >
        {draft !== null && (
          <div className="stack">
            <p className="muted">{t('alert_rules.change_for', { target })}</p>
            <Levels draft={draft} known={known} onDraft={onDraft} />
            <Telling draft={draft} onDraft={onDraft} />
          </div>
        )}
      </Ask>
    </>
  )
}
