// Writes a module's Terraform JSON beside the stacks in cdktf.out, where `../../modules/<name>` finds it.
// Next: stacks/emit.ts, which copies what was synthesized to infra/.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type ISynthesisSession, type IStackSynthesizer, type TerraformStack } from 'cdktf';
import { canonicalTerraform, type TerraformConfiguration } from './terraform-json.ts';

/** A stack that knows its module's configuration. */
export type SynthesizableModule = TerraformStack & { toConfiguration(): TerraformConfiguration };

/** Synthesizes a module: checked like a stack, but no entry in the manifest, since nobody deploys a module by itself. */
export class ModuleSynthesizer implements IStackSynthesizer {
  readonly #stack: SynthesizableModule;

  constructor(stack: SynthesizableModule) {
    this.#stack = stack;
  }

  synthesize({ outdir, skipValidation }: ISynthesisSession): void {
    if (!skipValidation) this.#stack.runAllValidations();
    const folder = path.join(outdir, 'modules', this.#stack.node.id);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'main.tf.json'), canonicalTerraform(this.#stack.toConfiguration()));
  }
}
