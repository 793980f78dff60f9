import assert from 'node:assert/strict';
import { parseTemplate, TemplateError } from '../../src/template/index.js';

/** Messages are those of Go 1.26's text/template. */
describe('templates of alerts', () => {
  const good = [
    'plain',
    '{{ $x := .Labels.job }}{{ $x | printf "%s" }}',
    '{{ range $i, $v := query "up" }}{{ $v.Labels.job }}{{ else }}none{{ end }}',
    '{{ with query "up" | first | value }}{{ . | humanize }}{{ else with .A }}b{{ end }}',
    '{{ define "t" }}a{{ end }}{{ template "t" . }}',
    '{{- /* a comment */ -}} x',
    '{{ if eq 1 0x1F 1_000 1.5e3 }}{{ else if (not true) }}{{ end }}',
    '{{ (query "up" | first).Labels }}',
    "{{ printf `%c` '\\n' }}",
    '{{ range .X }}{{ break }}{{ continue }}{{ end }}',
  ];
  for (const text of good) it(`takes ${text}`, () => assert.ok(parseTemplate('t', text).nodes.length > 0));

  const bad: readonly (readonly [text: string, message: string])[] = [
    ['{{ $x }}', 'template: t:1: undefined variable "$x"'],
    ['{{ foo }}', 'template: t:1: function "foo" not defined'],
    ['{{', 'template: t:1: unclosed action'],
    ['{{ if }}', 'template: t:1: missing value for if'],
    ['{{ if .A }}', 'template: t:1: unexpected EOF'],
    ['{{ end }}', 'template: t:1: unexpected {{end}}'],
    ['{{ .A * 100 }}', 'template: t:1: unexpected "*" in operand'],
    ['{{ "a }}', 'template: t:1: unterminated quoted string'],
    ['{{ 1 | 2 }}', 'template: t:1: non executable command in pipeline stage 2'],
    ['{{ .A\n"', 'template: t:2: unterminated quoted string in action started at t:1'],
    ['\n{{ nil.a }}', 'template: t:2: unexpected . after term "nil"'],
    ['{{ (1 }}', 'template: t:1: unclosed left paren'],
    ['{{ 1a }}', 'template: t:1: bad number syntax: "1a"'],
    ['{{ break }}', 'template: t:1: {{break}} outside {{range}}'],
    ['{{ range $a, $b, $c := .X }}', 'template: t:1: too many declarations in range'],
    ['{{ é# }}', "template: t:1: bad character U+0023 '#'"],
    ['{{ template }}', 'template: t:1: unexpected "}}" in template clause'],
    [
      '{{ define "a" }}x{{ end }}{{ define "a" }}y{{ end }}',
      'template: t:1: template: multiple definition of template "a"',
    ],
  ];
  for (const [text, message] of bad)
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => parseTemplate('t', text),
        (error) => {
          assert.ok(error instanceof TemplateError);
          assert.equal(error.message, message);
          return true;
        },
      );
    });
});
