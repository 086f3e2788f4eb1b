package com.example.webui;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.Rectangle;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.ExpectedConditions;
import org.openqa.selenium.support.ui.WebDriverWait;
import org.springframework.util.FileSystemUtils;

/** The installed browser, without a window, and what a person does and sees in it. */
class Chromium implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final int PIXELS = 2;

    private final Path directory;

    private final Path downloads;

    private final ChromeDriver driver;

    Chromium() throws IOException {
        this.directory = Files.createTempDirectory("chromium");
        this.downloads = Files.createDirectory(this.directory.resolve("downloads"));
        ChromeOptions options = new ChromeOptions();
        options.setBinary(Program.BROWSER.executable().toFile());
        options.addArguments("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
                "--disable-background-networking", "--disable-dev-shm-usage", "--hide-scrollbars",
                "--force-device-scale-factor=" + PIXELS, "--window-size=1400,960",
                "--user-data-dir=" + this.directory.resolve("profile"));
        options.setExperimentalOption("prefs", Map.of("download.default_directory", this.downloads.toString()));
        this.driver = new ChromeDriver(
                new ChromeDriverService.Builder().usingDriverExecutable(Program.DRIVER.executable().toFile())
                    .usingAnyFreePort()
                    .withLogFile(this.directory.resolve("driver.log").toFile())
                    .build(),
                options);
    }

    void open(String url) {
        this.driver.get(url);
    }

    /** Returns an element once it can be seen. */
    WebElement await(By element) {
        return waiting().until(ExpectedConditions.visibilityOfElementLocated(element));
    }

    /** Returns what the page says, once this is a part of it. */
    String awaitText(String part) {
        By body = By.tagName("body");
        waiting().withMessage(() -> part + " in:\n" + this.driver.findElement(body).getText())
            .until(ExpectedConditions.textToBePresentInElementLocated(body, part));
        return this.driver.findElement(body).getText();
    }

    /** Types a text at once, as if it were pasted, and leaves the field. */
    void paste(By field, String text) {
        await(field).click();
        this.driver.executeCdpCommand("Input.insertText", Map.of("text", text));
        this.driver.executeScript("document.activeElement.blur()");
    }

    /** Gives a file to a field for files, which may be invisible. */
    void upload(By field, Path file) {
        waiting().until(ExpectedConditions.presenceOfElementLocated(field)).sendKeys(file.toString());
    }

    /** Clicks, and returns what is in the file that the browser then saves. */
    String download(WebElement button) throws IOException {
        FileSystemUtils.deleteRecursively(this.downloads);
        Files.createDirectory(this.downloads);
        button.click();
        return Files.readString(waiting().withMessage("No file was saved").until((driver) -> savedFile()));
    }

    /** While the browser writes, the file has another name. */
    private Path savedFile() {
        try (Stream<Path> files = Files.list(this.downloads)) {
            return files.filter((file) -> file.toString().endsWith(".json")).findFirst().orElse(null);
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** Returns what the window shows of an element, with two pixels for one of CSS. */
    BufferedImage picture(By element) throws IOException {
        BufferedImage window = ImageIO.read(new ByteArrayInputStream(this.driver.getScreenshotAs(OutputType.BYTES)));
        Rectangle area = await(element).getRect();
        int x = PIXELS * Math.max(0, area.x);
        int y = PIXELS * Math.max(0, area.y);
        return window.getSubimage(x, y, Math.min(PIXELS * area.width, window.getWidth() - x),
                Math.min(PIXELS * area.height, window.getHeight() - y));
    }

    private WebDriverWait waiting() {
        return new WebDriverWait(this.driver, PATIENCE);
    }

    @Override
    public void close() throws IOException {
        this.driver.quit();
        FileSystemUtils.deleteRecursively(this.directory);
    }

}
