import {
  defaultHttpClientOptions,
  type HttpClientOptions,
  httpClientFields,
  httpClientStruct,
  takeHttpClient,
  url,
} from '../../http/options.js';
import { bool, list, printed, type Report, refine, type Schema, string, struct } from '../../yaml/index.js';
import { fieldSelectorProblem } from './field-selector.js';

const roles = ['node', 'pod', 'service', 'endpoints', 'endpointslice', 'ingress'] as const;
export type KubernetesRole = (typeof roles)[number];

function role(): Schema<KubernetesRole | ''> {
  return refine<string, KubernetesRole | ''>(string(), {
    zero: '',
    convert(text, report) {
      const found = roles.find((name) => name === text);
      if (found === undefined) report(`unknown Kubernetes SD role ${JSON.stringify(text)}`);
      return found;
    },
  });
}

const selectorsOf: Readonly<Record<KubernetesRole, readonly string[]>> = {
  pod: ['pod', 'node'],
  service: ['service'],
  endpointslice: ['pod', 'service', 'endpointslice'],
  endpoints: ['pod', 'service', 'endpoints'],
  node: ['node'],
  ingress: ['ingress'],
};

function fields() {
  const selector = struct(
    { role: role(), label: string(), field: string() },
    { typeName: 'kubernetes.SelectorConfig' },
  );
  return {
    api_server: url(),
    role: printed(role()),
    kubeconfig_file: printed(string()),
    ...httpClientFields(),
    namespaces: struct(
      { own_namespace: printed(bool()), names: printed(list(string())) },
      { typeName: 'kubernetes.plain' },
    ),
    selectors: list(selector),
    attach_metadata: struct(
      {
        node: printed(bool()),
        namespace: printed(bool()),
        deployment: printed(bool()),
        job: printed(bool()),
        cronjob: printed(bool()),
      },
      { typeName: 'kubernetes.AttachMetadataConfig' },
    ),
  };
}

/** Source: discovery/kubernetes/kubernetes.go. */
export function kubernetesDiscovery() {
  return httpClientStruct(fields(), {
    typeName: 'kubernetes.plain',
    check(kubernetes, report) {
      if (kubernetes.role === '')
        report('role missing (one of: pod, service, endpoints, endpointslice, node, ingress)');
    },
    checkBehind(kubernetes, report) {
      const { apiServer, kubeconfigFile, namespaces } = kubernetes;
      const isCustom = isCustomClient(kubernetes);
      if (apiServer !== '' && kubeconfigFile !== '')
        return report("cannot use 'kubeconfig_file' and 'api_server' simultaneously");
      if (kubeconfigFile !== '' && isCustom)
        return report("cannot use a custom HTTP client configuration together with 'kubeconfig_file'");
      if (apiServer === '' && isCustom)
        return report(
          "to use custom HTTP client configuration please provide the 'api_server' URL explicitly",
        );
      if (apiServer !== '' && namespaces.ownNamespace)
        return report("cannot use 'api_server' and 'namespaces.own_namespace' simultaneously");
      if (kubeconfigFile !== '' && namespaces.ownNamespace)
        return report("cannot use 'kubeconfig_file' and 'namespaces.own_namespace' simultaneously");
      if (kubernetes.role !== '') checkSelectors(kubernetes.role, kubernetes.selectors, report);
    },
  });
}

function isCustomClient(value: HttpClientOptions): boolean {
  const { print } = struct(httpClientFields(), { typeName: '' });
  const shown = (options: HttpClientOptions): string =>
    JSON.stringify(print(options), (_, part) => (part instanceof Map ? [...part] : part));
  return shown(takeHttpClient(value)) !== shown(defaultHttpClientOptions());
}

function checkSelectors(
  role: KubernetesRole,
  selectors: readonly { readonly role: string; readonly field: string }[],
  report: Report,
) {
  const seen = new Set<string>();
  for (const selector of selectors) {
    const key = 'selectors';
    if (seen.has(selector.role)) return report(`duplicated selector role: ${selector.role}`, { key });
    seen.add(selector.role);
    const allowed = selectorsOf[role];
    if (!allowed.includes(selector.role))
      return report(`${role} role supports only ${allowed.join(', ')} selectors`, { key });
    const problem = fieldSelectorProblem(selector.field);
    if (problem !== undefined) return report(problem, { key });
  }
}
