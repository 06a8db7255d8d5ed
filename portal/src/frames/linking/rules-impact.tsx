import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { PartnerPolicy, PolicyImpact } from '@liaison/client'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { Note } from '../../parts/page.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

function Found({ impact }: { impact: PolicyImpact }) {
  const { blocked, visits, days } = impact
  return (
    <Note tone={blocked === 0 ? 'info' : 'attention'}>
      <div role="status" className="stack tight">
        <p className="strong">{t('rules.impact_title', { days })}</p>
        <p>
          {blocked === 0 ? t('rules.impact_none', { visits }) : t('rules.impact_some', { blocked, visits })}{' '}
          {impact.unknown > 0 && t('rules.impact_unknown', { count: impact.unknown })}
        </p>
        {impact.items.length > 0 && (
          <ul>
            {impact.items.map((item) => (
              <li key={item.person_name + item.started_at}>
                {t('rules.impact_line', {
                  person: item.person_name,
                  partner: item.partner_name,
                  when: formatDateTime(item.started_at),
                  rules: item.rules.map((rule) => t(`rules.block_${rule}`)).join(', '),
                })}
              </li>
            ))}
          </ul>
        )}
      </div>
    </Note>
  )
}

/** Tells what rules that are not saved yet would have done to the visits of the last days. */
export function ImpactOf({ conditions }: { conditions: PartnerPolicy['conditions'] }) {
  const impact = useWrite((wanted: PartnerPolicy['conditions'], frame) =>
    readBody(frame.client.POST('/tenant/partner-access/policy/impact', { body: { conditions: wanted } })),
  )
  return (
    <div className="stack tight">
      <WriteProblem error={impact.error} />
      <div>
        <Button variant="light" loading={impact.isPending} onClick={() => impact.mutate(conditions)}>
          {t('rules.impact')}
        </Button>
      </div>
      {impact.data && <Found impact={impact.data} />}
    </div>
  )
}
