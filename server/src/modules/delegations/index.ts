export { RELATION_PERMISSIONS, writeCatalogue } from './catalogue.ts'
