import '../../parts/job-words.ts'
import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { Note } from '../../parts/page.tsx'
import { readTrouble } from '../../platform/access-problem.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

/** In how many minutes one may ask again; null for any other failure and for none. */
function minutesToWait(error: Error | null): number | null {
  const trouble = error === null ? null : readTrouble(error)
  if (trouble?.kind !== 'busy' || trouble.problem.status !== 429) return null
  return Math.max(1, Math.ceil((trouble.problem.content.retryAfterSeconds ?? 0) / 60))
}

function AskButton({ org }: { org: string }) {
  const [isOpen, setOpen] = useState(false)
  const write = useWrite(
    (about: string, frame) => readBody(frame.client.POST('/tenant/who-has-access/ask', { body: { about } })),
    ({ asked }) => {
      setOpen(false)
      showToast(t('askadmin.done', { count: asked }))
    },
  )
  const minutes = minutesToWait(write.error)
  return (
    <>
      <Button
        variant="default"
        onClick={() => {
          write.reset()
          setOpen(true)
        }}
      >
        {t('askadmin.act')}…
      </Button>
      <Ask
        opened={isOpen}
        title={t('askadmin.title', { org })}
        act={t('askadmin.act')}
        keep={t('askadmin.keep')}
        isBusy={write.isPending}
        error={minutes === null ? write.error : null}
        reason="required"
        asks={{ label: t('askadmin.about'), missing: t('askadmin.missing') }}
        onKeep={() => setOpen(false)}
        onAct={(about) => write.mutate(about)}
      >
        {minutes === null ? (
          t('askadmin.effect', { org })
        ) : (
          <div role="alert">
            <Note tone="attention">{t('askadmin.often', { org, minutes })}</Note>
          </div>
        )}
      </Ask>
    </>
  )
}

/** For members who decide nothing about partner access: whoever was sent a request asks those who do (U1). */
export function AskAdmins() {
  const { name } = useFrame()
  const mayDecide = useMay('tenant.partner_access.approve')
  if (mayDecide) return null
  return (
    <Note>
      <p>
        {t('askadmin.lead', { org: name })} <AskButton org={name} />
      </p>
    </Note>
  )
}
