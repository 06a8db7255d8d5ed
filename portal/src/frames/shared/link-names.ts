import { t } from '../../platform/words.ts'

/** The tenant of a link by name, else by the short name that was asked for, else in words. */
export function tenantNameOf(link: { tenant_name: string; tenant_slug: string }): string {
  return link.tenant_name || link.tenant_slug || t('link.unnamed')
}
