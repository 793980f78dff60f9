// Every kernel, one module: two modules on one memory would overwrite each other's static data.
export * from './arena';
