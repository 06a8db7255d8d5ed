import './agreements-words.ts'

export { AgreementsPage, OwnAgreementsPage } from './agreements-page.tsx'
export { AgreementPage, OwnAgreementPage } from './agreement-page.tsx'
export { EditAgreementPage, NewAgreementPage } from './draft-page.tsx'
export { TemplatesPage } from './templates-page.tsx'
