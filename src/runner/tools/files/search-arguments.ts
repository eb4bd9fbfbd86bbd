export interface Query {
  pattern: string;
  path?: string;
  regex?: boolean;
  ignore_case?: boolean;
  glob?: string;
}

/** For ripgrep, whose expressions take linear time. Neither pattern nor path can be taken for an option. */
export function ripgrepArguments({ pattern, path, regex, ignore_case, glob }: Query): string[] {
  return [
    ...['--no-config', '--color=never', '--no-heading', '--with-filename', '--line-number', '--sort=path', '--hidden'],
    ...['--max-columns=400', '--max-columns-preview', '--glob=!.git'],
    ...(regex ? [] : ['--fixed-strings']),
    ...(ignore_case ? ['--ignore-case'] : []),
    ...(glob === undefined ? [] : [`--glob=${glob}`]),
    ...[`--regexp=${pattern}`, '--', path ?? '.'],
  ];
}

/** For grep. Back references can make it slow; then the time limit ends it. */
export function grepArguments({ pattern, path, regex, ignore_case, glob }: Query): string[] {
  return [
    ...['-r', '-n', '-H', '-I', '--exclude-dir=.git', regex ? '-E' : '-F'],
    ...(ignore_case ? ['-i'] : []),
    ...(glob === undefined ? [] : [`--include=${glob}`]),
    ...['-e', pattern, '--', path ?? '.'],
  ];
}
