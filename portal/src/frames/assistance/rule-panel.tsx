import { readBody } from '@liaison/client'
import type { SupportRule } from '@liaison/client'
import { useState } from 'react'

import { Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { formatDate } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

const modes = ['ask', 'allow', 'refuse'] as const

function WhoSet({ rule: { set_by_name: name, set_at: at } }: { rule: SupportRule }) {
  return (
    <p className="small muted">
      {name === null ? t('assist.rule_unset') : t('assist.rule_set', { name, date: formatDate(at) })}
    </p>
  )
}

function RuleForm({ rule }: { rule: SupportRule }) {
  const [mode, setMode] = useState(rule.mode)
  const write = useWrite(
    (wanted: SupportRule['mode'], { client }) =>
      readBody(client.PUT('/tenant/support-access/rule', { body: { mode: wanted } })),
    () => showToast(t('assist.rule_done')),
  )
  return (
    <WriteForm write={write} act={t('assist.rule_save')} look="second" onSend={() => write.mutate(mode)}>
      <fieldset className="stack tight" aria-label={t('assist.rule')}>
        {modes.map((one) => (
          <label key={one} className="check">
            <input type="radio" name="mode" checked={mode === one} onChange={() => setMode(one)} />
            <span>
              <span className="strong">{t(`assist.rule_${one}`)}</span>{' '}
              <span className="muted">
                {t(`assist.rule_${one}_about`)}
                {one === 'refuse' && rule.open_now > 0 && (
                  <> {t('assist.rule_refuse_ends', { count: rule.open_now })}</>
                )}
              </span>
            </span>
          </label>
        ))}
      </fieldset>
      <WhoSet rule={rule} />
    </WriteForm>
  )
}

/** Whether support asks each time, need not ask, or may not ask. */
export function RulePanel() {
  const mayChange = useMay('tenant.partner_access.policy.write')
  const rule = useRead(['support-rule'], ({ client }, signal) =>
    readBody(client.GET('/tenant/support-access/rule', { signal })),
  )
  return (
    <Panel title={t('assist.rule')}>
      <Answer query={rule} lines={4}>
        {(found) =>
          mayChange ? (
            <RuleForm key={`${found.mode} ${found.set_at ?? ''}`} rule={found} />
          ) : (
            <div className="stack tight">
              <p className="strong">{t(`assist.rule_${found.mode}`)}</p>
              <p>{t(`assist.rule_${found.mode}_about`)}</p>
              <WhoSet rule={found} />
            </div>
          )
        }
      </Answer>
    </Panel>
  )
}
