export { type CompleteGlobal, completeScrapeOptions, type OptionProblem } from './complete-options.js';
export {
  checkScrape,
  checkScrapeRules,
  defaultProtocols,
  type EscapingScheme,
  type GlobalScrapeOptions,
  globalScrapeFields,
  protocolsProblem,
  type ScrapeOptions,
  type ScrapeProtocol,
  scrapeFields,
  scrapeProtocols,
  type WrittenScrape,
} from './scrape-fields.js';
