import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { RoleDrift } from '@liaison/client'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { Note } from '../../parts/page.tsx'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

function VersionNote({ drift }: { drift: RoleDrift }) {
  const version = drift.to_version
  const write = useWrite(
    (wanted: RoleDrift, frame) =>
      readBody(
        frame.client.POST('/tenant/partner-access/role-versions/accept', {
          body: {
            access_role: wanted.access_role,
            from_version: wanted.from_version,
            to_version: wanted.to_version,
          },
        }),
      ),
    (answer) => showToast(t(answer.waiting > 0 ? 'requests.change_waits' : 'versions.done')),
  )
  return (
    <Note tone="info">
      <WriteProblem error={write.error} />
      <p>{t('versions.one', { count: drift.links, role: drift.role_title, version })}</p>
      {drift.adds.length > 0 && <p>{t('versions.adds', { what: drift.adds.join(' · ') })}</p>}
      {drift.takes.length > 0 && <p>{t('versions.takes', { what: drift.takes.join(' · ') })}</p>}
      {drift.adds.length + drift.takes.length === 0 && <p>{t('versions.none')}</p>}
      <p className="muted">{t('versions.about')}</p>
      <Button variant="default" size="xs" loading={write.isPending} onClick={() => write.mutate(drift)}>
        {t('versions.accept', { version })}
      </Button>
    </Note>
  )
}

/** New versions of roles that accesses could take; nothing while all are up to date. */
export function VersionNotes() {
  const drift = useRead(['role-versions'], (frame, signal) =>
    readBody(frame.client.GET('/tenant/partner-access/role-versions', { signal })),
  )
  return (drift.data?.items ?? []).map((one) => (
    <VersionNote key={`${one.access_role} ${one.from_version}`} drift={one} />
  ))
}
