package main

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sys/cpu"

	"shelftalk/app/models"
	"shelftalk/inference"
)

type doctorCmd struct{}

// health is what doctor finds.
type health struct {
	System       string       `json:"system"`
	Cores        int          `json:"cores"`
	Memory       int64        `json:"memory"`
	Flags        []string     `json:"flags"`
	Kernel       string       `json:"kernel"`
	Kernels      []kernelTier `json:"kernels"`
	Data         string       `json:"data"`
	DataFree     int64        `json:"data_free"`
	ModelsFolder string       `json:"models_folder"`
	ModelsFree   int64        `json:"models_free"`
	Default      string       `json:"default_model"`
	Models       []modelEntry `json:"models"`
	Advice       []string     `json:"advice"`
}

// Run looks and advises.
func (c *doctorCmd) Run(a *app) error {
	h := health{
		System: runtime.GOOS + "/" + runtime.GOARCH, Cores: runtime.NumCPU(), Memory: models.Memory(),
		Flags: flags(), Kernel: inference.Kernel(), Kernels: kernelTiers(runtime.GOARCH, flags(), inference.Kernels()), Data: a.places.Data, ModelsFolder: string(a.places.Models),
		DataFree: free(a.places.Data), ModelsFree: free(string(a.places.Models)), Default: defaultModel(),
		Models: []modelEntry{}, Advice: []string{},
	}
	h.look(a.places.Models)
	a.out.printf("System    %s, %d cores, %s of memory\n", h.System, h.Cores, size(h.Memory))
	a.out.printf("Kernels   %s (processor and system offer: %v)\n", h.Kernel, h.Flags)
	for _, k := range h.Kernels {
		if k.Why != "" {
			a.out.printf("          %-10s no: %s\n", k.Name, k.Why)
		} else {
			a.out.printf("          %-10s yes\n", k.Name)
		}
	}
	a.out.printf("Data      %s (%s free)\n", h.Data, size(h.DataFree))
	a.out.printf("Models    %s (%s free)\n", h.ModelsFolder, size(h.ModelsFree))
	for _, m := range h.Models {
		state := "there"
		if m.Verified {
			state = "verified"
		}
		a.out.printf("          %-10s %9s  %s\n", m.Name, size(m.Bytes), state)
	}
	for _, line := range h.Advice {
		a.out.printf("Advice    %s\n", line)
	}
	return a.out.document(h)
}

// look lists the models and finds what to advise.
func (h *health) look(folder models.Folder) {
	hasDefault := false
	for _, s := range folder.List() {
		if !s.Here {
			continue
		}
		h.Models = append(h.Models, entryOf(s))
		hasDefault = hasDefault || s.Name == h.Default
	}
	m, err := models.ByName(h.Default)
	if err == nil && !hasDefault {
		h.Advice = append(h.Advice, "get the model that suits this machine: shelftalk-cli models get "+m.Name)
		if h.ModelsFree > 0 && h.ModelsFree < 2*m.Bytes {
			h.Advice = append(h.Advice, "make room first: fetching it takes "+size(2*m.Bytes)+" for a while")
		}
	}
	if h.Kernel == "generic" {
		h.Advice = append(h.Advice, "this processor has none of the instructions that make the engine fast (AVX2, AVX-512 VNNI, NEON with dot products), or this build leaves them out: expect to wait")
	}
	if h.DataFree > 0 && h.DataFree < 200e6 {
		h.Advice = append(h.Advice, "the disk of the data folder is nearly full")
	}
}

// kernelTier is a set of instructions that the engine has kernels for.
type kernelTier struct {
	Name string `json:"name"`
	Why  string `json:"why,omitempty"` // it can't run here
}

// kernelTiers explains which of an architecture's tiers can run, the best first.
func kernelTiers(arch string, flags, here []string) []kernelTier {
	all := map[string][]struct {
		name  string
		needs []string
	}{
		"amd64": {
			{"avx512vnni", []string{"avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512vnni"}},
			{"avxvnni", []string{"avx2", "fma", "f16c", "avxvnni"}},
			{"avx2", []string{"avx2", "fma", "f16c"}},
		},
		"arm64": {
			{"i8mm", []string{"dotprod", "i8mm"}},
			{"dotprod", []string{"dotprod"}},
		},
	}[arch]
	var out []kernelTier
	for _, tier := range all {
		k := kernelTier{Name: tier.name}
		if !slices.Contains(here, tier.name) {
			k.Why = "this build leaves the assembly out"
			missing := slices.DeleteFunc(tier.needs, func(f string) bool { return slices.Contains(flags, f) })
			if len(missing) > 0 {
				k.Why = "processor and system don't offer " + strings.Join(missing, ", ")
			}
		}
		out = append(out, k)
	}
	return append(out, kernelTier{Name: "generic"})
}

// free is the space on the disk that holds, or will hold, a folder; zero when it can't be found out.
func free(dir string) int64 {
	for {
		if _, err := os.Stat(dir); err == nil {
			n, err := models.FreeSpace(dir)
			if err != nil {
				return 0
			}
			return n
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return 0
		}
		dir = parent
	}
}

// flags are those instruction sets of interest that processor and system both offer.
func flags() []string {
	out := []string{}
	for _, f := range []struct {
		name string
		has  bool
	}{
		{"avx2", cpu.X86.HasAVX2},
		{"fma", cpu.X86.HasFMA},
		{"f16c", cpu.X86.HasF16C},
		{"avxvnni", cpu.X86.HasAVXVNNI},
		{"avx512f", cpu.X86.HasAVX512F},
		{"avx512bw", cpu.X86.HasAVX512BW},
		{"avx512dq", cpu.X86.HasAVX512DQ},
		{"avx512vl", cpu.X86.HasAVX512VL},
		{"avx512vnni", cpu.X86.HasAVX512VNNI},
		{"avx512bf16", cpu.X86.HasAVX512BF16},
		{"amx", cpu.X86.HasAMXTile},
		{"neon", cpu.ARM64.HasASIMD},
		{"dotprod", cpu.ARM64.HasASIMDDP},
		{"i8mm", cpu.ARM64.HasI8MM},
	} {
		if f.has {
			out = append(out, f.name)
		}
	}
	return out
}
