import '../../parts/job-words.ts'
import { Note } from '../../parts/page.tsx'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { useSupportWaiting } from './support-waiting.ts'

/** People of the provider's support who ask to look, each one step from the page that decides it. */
export function WaitingSupport() {
  const { tenantId } = useFrame()
  return useSupportWaiting().map(({ support_access_id: id, person_name: person, case_number }) => (
    <Note key={id} tone="attention">
      <p>
        <span className="strong">{t('home.support_of', { person, case: case_number })}</span>{' '}
        <GoLink to={orgPlaces.support(tenantId)}>{t('home.support_answer')}</GoLink>
      </p>
    </Note>
  ))
}
